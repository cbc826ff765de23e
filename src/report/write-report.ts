import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { getSystemErrorMap } from 'node:util';
import { NetmeterError } from '../errors.js';
import { writeDescriptor } from './write-descriptor.js';

/** Who shall own a file that did not exist: under sudo the caller, not root. */
export type Owner = { readonly uid: number; readonly gid: number };

/**
 * Writes a report: a file whole or not at all, a pipe or device as it is, one of our own descriptors (/dev/stdout,
 * /dev/fd/N) behind what was written there before.
 * @throws {NetmeterError} REPORT_NOT_WRITTEN
 */
export async function writeReport(path: string, text: string, owner?: Owner): Promise<void> {
  try {
    if (await writeDescriptor(path, text)) return;
    const present = statSync(path, { throwIfNoEntry: false });
    // Not the synchronous call: a FIFO waits for its reader, and signals must get through meanwhile.
    if (present && !present.isFile() && !present.isDirectory()) return await writeFile(path, text);
    await replaceFile(path, text, present ? undefined : owner);
  } catch (cause) {
    throw new NetmeterError('REPORT_NOT_WRITTEN', `the report ${path} was not written: ${reasonOf(cause)}`, { cause });
  }
}

async function replaceFile(path: string, text: string, owner: Owner | undefined): Promise<void> {
  // Loaded here: a run without a report does not pay for it.
  const { default: writeFileAtomic } = await import('write-file-atomic');
  await writeFileAtomic(path, '', {
    // We write the text, because the package takes a short write (a disk that fills up) for a whole one.
    tmpfileCreated: (temporary) => writeFile(temporary, text),
    ...(owner && { chown: owner }),
  });
}

/** The kernel's words alone: Node's message names the temporary file, which says nothing to the reader. */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { errno } = cause as NodeJS.ErrnoException;
  return (errno !== undefined && getSystemErrorMap().get(errno)?.[1]) || cause.message;
}
