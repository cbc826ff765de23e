import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, type Stats } from 'node:fs';
import { pid } from 'node:process';
import { type Behalf, type Rights, withRights } from './behalf.js';

/** Opens without reading or writing: a folder that may be searched alone will do, and so will a socket. include/uapi/asm-generic/fcntl.h */
export const O_PATH = 0o10000000;

/** Where the kernel lists the descriptors of this process: proc_pid_fd(5). */
export const OWN_DESCRIPTORS = `/proc/${pid}/fd`;

/** As many links as the kernel follows: MAXSYMLINKS, include/linux/namei.h. */
const MOST_LINKS = 40;

/** Called with each folder and link on the way, with its path by descriptor. */
export type Meet = (step: Stats, path: string) => void;

/** Where a path ends: its last folder, open, the name there, and whose rights it was found with. */
export type PathEnd = {
  readonly folder: number;
  readonly name: string;
  readonly rights: Rights;
  /** Somebody else could have led it there, whose rights these are. */
  readonly isLed: boolean;
};

/** A path on its way to its last folder. Who disposes of it before its end closes what it holds. */
export class PathWalk implements Disposable {
  readonly #behalf: Behalf;
  readonly #meet: Meet;
  readonly #rest: string[];
  #rights: Rights;
  /** Somebody else has had a hand in the path: the rights stay that one's. */
  #isLed = false;
  #folder: number | undefined;
  #links = 0;

  constructor(path: string, behalf: Behalf, meet: Meet) {
    this.#behalf = behalf;
    this.#meet = meet;
    this.#rights = behalf.starter;
    this.#rest = this.#begin(path, '.');
  }

  /** @returns the folder's descriptor is the caller's to close @throws the error of the system: ENOENT, EACCES, ELOOP ... */
  toEnd(): PathEnd {
    for (;;) {
      const name = this.#rest.shift() ?? '';
      const isLast = this.#rest.length === 0;
      if (isLast && isFolderName(name)) throw new Error('it names a folder');
      const folder = `/proc/self/fd/${this.#folder}`;
      const path = `${folder}/${name}`;
      const present = withRights(this.#rights, () => lstatSync(path, { throwIfNoEntry: false }));
      // What a descriptor leads to need not have a name.
      const isDescriptor = isLast && readlinkSync(folder) === OWN_DESCRIPTORS;
      if (present?.isSymbolicLink() && !isDescriptor) this.#follow(path, present);
      else if (isLast) return this.#end(name);
      else this.#enter(path);
    }
  }

  /** Sets off from the path's first folder. @returns the names that follow */
  #begin(path: string, from: string): string[] {
    const isAbsolute = path.startsWith('/');
    if (isAbsolute || this.#folder === undefined) this.#enter(isAbsolute ? '/' : from);
    const names = path.split('/');
    // What stands between two slashes is nothing; behind the last one it says that a folder is meant.
    return names.filter((name, index) => name !== '' || index === names.length - 1);
  }

  #follow(path: string, link: Stats): void {
    if (++this.#links > MOST_LINKS) throw new Error('too many symbolic links');
    this.#meet(link, path);
    this.#isLedBy(link.uid);
    const target = withRights(this.#rights, () => readlinkSync(path));
    this.#rest.unshift(...this.#begin(target, '.'));
  }

  #enter(path: string): void {
    const flags = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;
    const next = withRights(this.#rights, () => openSync(path, flags));
    if (this.#folder !== undefined) closeSync(this.#folder);
    this.#folder = next;
    const stats = fstatSync(next);
    this.#meet(stats, `/proc/self/fd/${next}`);
    this.#isLedBy(stats.uid);
  }

  #isLedBy(owner: number): void {
    if (this.#isLed) return;
    const other = this.#behalf.accountOf(owner);
    if (!other) return;
    this.#rights = other;
    this.#isLed = true;
  }

  #end(name: string): PathEnd {
    const folder = this.#folder ?? -1;
    this.#folder = undefined;
    return { folder, name, rights: this.#rights, isLed: this.#isLed };
  }

  [Symbol.dispose](): void {
    if (this.#folder !== undefined) closeSync(this.#folder);
  }
}

const isFolderName = (name: string) => name === '' || name === '.' || name === '..';
