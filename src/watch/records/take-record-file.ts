import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { NetmeterError } from '../../errors.js';
import type { Behalf } from '../../files/behalf.js';
import { HeldPlace } from '../../files/held-place.js';
import { OpenFile } from '../../files/open-file.js';
import { curedBy, reasonOf } from '../../files/reason-of.js';
import { isReadLocked, lockFile } from '../../linux/file-lock.js';
import { LinuxError } from '../../linux/linux-error.js';
import { NoLibcError } from '../../linux/load-koffi.js';

/** A watch file that is open, and whether this process alone may write to it. */
export type LockedFile = {
  readonly handle: OpenFile;
  /** Why another watch could write to it as well; undefined: it is locked. */
  readonly unlocked: string | undefined;
};

/** @throws {NetmeterError} WATCH_FILE_FAILED, WATCH_FILE_BUSY */
export async function openLocked(path: string, behalf: Behalf): Promise<LockedFile> {
  const handle = await openFile(path, behalf);
  try {
    return { handle, unlocked: lock(path, handle) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** @returns why it could not be locked @throws {NetmeterError} WATCH_FILE_BUSY */
function lock(path: string, { fd }: OpenFile): string | undefined {
  try {
    if (lockFile(fd)) return undefined;
    // None of ours: who may only read the file shall not keep a watch from it.
    if (isReadLocked(fd)) return 'a program that reads it locks it';
  } catch (error) {
    if (error instanceof LinuxError || error instanceof NoLibcError) return error.message;
    throw error;
  }
  throw new NetmeterError('WATCH_FILE_BUSY', `another netmeter watch writes to ${path}, or a program that locks it`);
}

async function openFile(path: string, behalf: Behalf): Promise<OpenFile> {
  try {
    using place = HeldPlace.find(path, behalf);
    const present = place.present();
    // Looked at before it is opened: to open a device may do something.
    if (present && !present.isFile()) throw new Error('it is no regular file');
    const { O_RDWR, O_APPEND, O_CREAT, O_NONBLOCK } = constants;
    const handle = new OpenFile(place.open(O_RDWR | O_APPEND | O_CREAT | O_NONBLOCK));
    if (!present) await syncFolder(place.folder);
    return handle;
  } catch (cause) {
    throw new NetmeterError('WATCH_FILE_FAILED', `${path} cannot be written to: ${reasonOf(cause)}`, {
      ...curedBy(cause),
      cause,
    });
  }
}

/** A new file's name is on the disk only when its folder is. Some filesystems cannot do that, and need not. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
