import { extname } from 'node:path';
import { NetmeterError } from '../errors.js';

/** Where a report goes and how it is told; path `-` is stdout. */
export type ReportTarget = { readonly path: string; readonly format: 'json' | 'txt' };

/** @throws {NetmeterError} USAGE for an extension that no renderer knows */
export function parseReport(path: string): ReportTarget {
  if (path === '-') return { path, format: 'json' };
  const extension = extname(path).toLowerCase();
  if (extension === '.json' || extension === '.txt') return { path, format: extension === '.json' ? 'json' : 'txt' };
  throw new NetmeterError('USAGE', `--report ${path}: no format is known for '${extension || path}'`, {
    cure: 'Give the file the extension .json or .txt; - is JSON on stdout.',
  });
}
