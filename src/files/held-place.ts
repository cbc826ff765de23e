import { closeSync, constants, existsSync, fstatSync, lstatSync, openSync, readlinkSync, type Stats } from 'node:fs';
import { pid } from 'node:process';
import { type Behalf, type Rights, withRights } from './behalf.js';

/** Opens without reading or writing: a folder that may be searched alone will do. include/uapi/asm-generic/fcntl.h */
export const O_PATH = 0o10000000;

const OWN_DESCRIPTORS = `/proc/${pid}/fd`;

/** As many links as the kernel follows: MAXSYMLINKS, include/linux/namei.h. */
const MOST_LINKS = 40;

/**
 * A file's place: its folder, held open, and its name there. Whatever a path leads to later, the place stays where it was.
 */
export class HeldPlace implements Disposable {
  /** The file's name in its folder. */
  readonly name: string;
  /** Whose rights the folder was found with, and the file is to be opened with. */
  readonly rights: Rights;
  readonly #folder: number;

  /**
   * Follows a path as the kernel does, the last link included, a step at a time and each with the rights that are due.
   * @param meet is called with each folder and link on the way, with its path by descriptor
   * @throws the error of the system: ENOENT, EACCES, ELOOP ...
   */
  static find(path: string, behalf: Behalf, meet: Meet = () => {}): HeldPlace {
    if (!existsSync(OWN_DESCRIPTORS)) throw new Error('/proc is not mounted');
    const walk = new Walk(path, behalf, meet);
    try {
      return walk.toEnd();
    } finally {
      walk[Symbol.dispose]();
    }
  }

  constructor(folder: number, name: string, rights: Rights) {
    this.#folder = folder;
    this.name = name;
    this.rights = rights;
  }

  /** A path for another file of the folder, by the descriptor: no other process can lead it elsewhere. */
  path(name = this.name): string {
    return `/proc/self/fd/${this.#folder}/${name}`;
  }

  /** The folder's own path, by the descriptor. */
  get folder(): string {
    return `/proc/self/fd/${this.#folder}`;
  }

  /** Runs `work` with the place's rights. */
  as<T>(work: () => T): T {
    return withRights(this.rights, work);
  }

  /** The number of our own descriptor that the place stands for: /dev/stdout, /dev/fd/N, a link to one of them. */
  get descriptor(): number | undefined {
    const isOurs = readlinkSync(this.folder) === OWN_DESCRIPTORS && /^\d+$/.test(this.name);
    return isOurs ? Number(this.name) : undefined;
  }

  /** What is there, a link as itself. @returns undefined for nothing */
  present(): Stats | undefined {
    return this.as(() => lstatSync(this.path(), { throwIfNoEntry: false }));
  }

  /** Opens the file; a link that has taken its place meanwhile is refused (ELOOP). @returns a descriptor */
  open(flags: number, mode = 0o666): number {
    return this.as(() => openSync(this.path(), flags | constants.O_NOFOLLOW, mode));
  }

  [Symbol.dispose](): void {
    closeSync(this.#folder);
  }
}

type Meet = (step: Stats, path: string) => void;

/** A path on its way to its last folder. */
class Walk implements Disposable {
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

  toEnd(): HeldPlace {
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

  #end(name: string): HeldPlace {
    const folder = this.#folder ?? -1;
    this.#folder = undefined;
    return new HeldPlace(folder, name, this.#rights);
  }

  [Symbol.dispose](): void {
    if (this.#folder !== undefined) closeSync(this.#folder);
  }
}

const isFolderName = (name: string) => name === '' || name === '.' || name === '..';
