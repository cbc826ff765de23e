import { extname } from 'node:path';
import { NetmeterError } from '../../../errors.js';

export type ReportFormat = 'json' | 'txt' | 'md' | 'html' | 'csv' | 'prom' | 'junit';

/** Where a report goes and in which format; path `-` is stdout. */
export type ReportTarget = { readonly path: string; readonly format: ReportFormat };

const FORMATS: ReadonlyMap<string, ReportFormat> = new Map([
  ['.json', 'json'],
  ['.txt', 'txt'],
  ['.md', 'md'],
  ['.html', 'html'],
  ['.csv', 'csv'],
  ['.prom', 'prom'],
  // GitLab's and Jenkins's patterns for reports usually end in .xml alone.
  ['.xml', 'junit'],
]);

/** @throws {NetmeterError} USAGE also for two on stdout: a reader expects one document */
export function parseReports(paths: readonly string[]): ReportTarget[] {
  const targets = paths.map(parseReport);
  if (targets.filter(({ path }) => path === '-').length > 1)
    throw new NetmeterError('USAGE', '--report - was given 2 times', { cure: 'Give it once: it prints one document.' });
  return targets;
}

/** @throws {NetmeterError} USAGE for an extension that no renderer knows */
export function parseReport(path: string): ReportTarget {
  if (path === '-') return { path, format: 'json' };
  const extension = extname(path).toLowerCase();
  const format = FORMATS.get(extension);
  if (format) return { path, format };
  throw new NetmeterError('USAGE', `--report ${path}: no format is known for '${extension || path}'`, {
    cure: `Give the file one of the extensions ${[...FORMATS.keys()].join(', ')}; - is JSON on stdout.`,
  });
}
