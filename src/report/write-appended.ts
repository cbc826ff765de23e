import { type FileHandle, open } from 'node:fs/promises';
import { NetmeterError } from '../errors.js';
import { type Owner, reasonOf } from './write-report.js';

type Addition = {
  /** What the file is, for the message. */
  readonly what: string;
  /** The text to add to a file that holds so many bytes; empty when there is no room. */
  readonly render: (present: number) => string;
  readonly owner?: Owner | undefined;
};

/**
 * Adds to a file that others write too, whole or not at all, on a line of its own.
 * @throws {NetmeterError} REPORT_NOT_WRITTEN
 */
export async function appendReport(path: string, { what, render, owner }: Addition): Promise<void> {
  try {
    await using file = await openToAppend(path, owner);
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error('it is no regular file');
    const text = render(stats.size + 1);
    if (text === '') throw new Error('it is full');
    await append(file, stats.size, text);
  } catch (cause) {
    throw new NetmeterError('REPORT_NOT_WRITTEN', `${what}, ${path}, was not written: ${reasonOf(cause)}`, {
      cure: 'The run itself is not affected; --ci none leaves it out.',
      cause,
    });
  }
}

async function openToAppend(path: string, owner: Owner | undefined): Promise<FileHandle> {
  try {
    const file = await open(path, 'ax');
    if (owner) await file.chown(owner.uid, owner.gid);
    return file;
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
    // For reading too: so a FIFO is opened without a wait, to be refused.
    return await open(path, 'a+');
  }
}

async function append(file: FileHandle, size: number, text: string): Promise<void> {
  try {
    await file.appendFile((await endsWithinLine(file, size)) ? `\n${text}` : text);
  } catch (cause) {
    // Half a line would be an error of its own.
    await file.truncate(size);
    throw cause;
  }
}

async function endsWithinLine(file: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString('latin1') !== '\n';
}
