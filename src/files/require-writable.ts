import { randomBytes } from 'node:crypto';
import { accessSync, closeSync, constants, openSync, statSync, unlinkSync } from 'node:fs';
import { geteuid } from 'node:process';
import type { HeldPlace } from './held-place.js';
import { accessOf } from './own-descriptor.js';

/**
 * Tries what it takes to put a file into the place, and leaves everything as it is: only the kernel knows of read-only file
 * systems, access lists and quotas.
 * @throws the error of the system: EACCES, EROFS, EISDIR ...
 */
export function requireReplaceable(place: HeldPlace): void {
  const present = place.present();
  if (present?.isDirectory()) throw new Error('it is a folder');
  if (present && isKeptFromUs(place, present.uid))
    throw new Error('it is another user’s, in a folder with the sticky bit');
  // Nobody can guess it, and so put a link of that name there.
  const temporary = place.path(`.netmeter-${randomBytes(12).toString('hex')}`);
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  place.as(() => {
    closeSync(openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600));
    unlinkSync(temporary);
  });
}

/** In a folder like /tmp only the owner of a file, or of the folder, may put another in its place (inode(7)). */
function isKeptFromUs(place: HeldPlace, owner: number): boolean {
  const folder = statSync(place.folder);
  const uid = place.rights?.uid ?? geteuid?.() ?? 0;
  return (folder.mode & S_ISVTX) !== 0 && ![0, owner, folder.uid].includes(uid);
}

const S_ISVTX = 0o1000;

/**
 * A pipe or device is not opened for a try: the reader of a pipe would see its end. For another account's rights, which
 * access(2) does not know, it is found when it is written to.
 * @throws EACCES
 */
export function requireWritableSpecial(place: HeldPlace): void {
  if (!place.rights) accessSync(place.path(), constants.W_OK);
}

/** @throws EBADF, in words: it is not open, or for reading alone (proc_pid_fdinfo(5)) */
export function requireWritableDescriptor(fd: number): void {
  const access = accessOf(fd);
  if (access === undefined || access === constants.O_RDONLY)
    throw new Error(`descriptor ${fd} is not open for writing`);
}
