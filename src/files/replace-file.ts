import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { owningGroupMay } from '../linux/access-list.js';
import { NoLibcError } from '../linux/load-koffi.js';
import type { HeldPlace } from './held-place.js';

/**
 * Puts a file with this text in the place of the one that is there, whole or not at all. Synchronous, so that no signal
 * that is listened to comes in between and leaves the temporary file behind.
 * @throws the error of the system
 */
export function replaceFile(place: HeldPlace, text: string): void {
  const present = place.present();
  // Nobody can guess it, and so put a link of that name there.
  const temporary = `.netmeter-${randomBytes(12).toString('hex')}`;
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const fd = place.as(() => openSync(place.path(temporary), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666));
  try {
    try {
      if (present?.isFile() && isLeftByOwner(place, present))
        place.as(() => keepAttributes(fd, present, ownMode(place.path(), present)));
      writeFileSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    place.as(() => renameSync(place.path(temporary), place.path()));
  } catch (error) {
    place.as(() => unlinkSync(place.path(temporary)));
    throw error;
  }
}

/** In a folder that others may write to, the file may be anybody's, who would then own what is written. */
function isLeftByOwner(place: HeldPlace, present: Stats): boolean {
  const folder = statSync(place.folder);
  return present.uid === folder.uid || (folder.mode & (S_IWGRP | S_IWOTH)) === 0;
}

/** stat(2). */
const S_IWGRP = 0o020;
const S_IWOTH = 0o002;

/** By the descriptor. Who may not give files away keeps the file. */
function keepAttributes(fd: number, { uid, gid }: Stats, mode: number): void {
  const made = fstatSync(fd);
  if (made.uid !== uid || made.gid !== gid) {
    try {
      fchownSync(fd, uid, gid);
    } catch {
      // The mode is still worth keeping.
    }
  }
  fchmodSync(fd, mode & 0o777);
}

const GROUP_BITS = 0o070;

/** The group's bits are the mask of an access list, where there is one, and the group itself may do less: the list stays behind. */
function ownMode(path: string, { mode }: Stats): number {
  if ((mode & GROUP_BITS) === 0) return mode;
  try {
    const may = owningGroupMay(path);
    return may === undefined ? mode : (mode & ~GROUP_BITS) | (may << 3);
  } catch (error) {
    if (error instanceof NoLibcError) return mode;
    throw error;
  }
}
