import { statSync, writeFileSync } from 'node:fs';
import { NetmeterError } from '../errors.js';

/** Who shall own a file that did not exist: under sudo the caller, not root. */
export type Owner = { readonly uid: number; readonly gid: number };

/**
 * Writes a report: a file whole or not at all, a pipe or device as it is.
 * @throws {NetmeterError} REPORT_NOT_WRITTEN
 */
export async function writeReport(path: string, text: string, owner?: Owner): Promise<void> {
  try {
    const present = statSync(path, { throwIfNoEntry: false });
    if (present && !present.isFile() && !present.isDirectory()) return writeFileSync(path, text);
    // Loaded here: a run without a report does not pay for it.
    const { default: writeFileAtomic } = await import('write-file-atomic');
    await writeFileAtomic(path, text, { ...(owner && !present && { chown: owner }) });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new NetmeterError('REPORT_NOT_WRITTEN', `the report ${path} was not written: ${reason}`, { cause });
  }
}
