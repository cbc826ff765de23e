import { closeSync, constants, existsSync, lstatSync, openSync, readlinkSync, type Stats } from 'node:fs';
import { type Behalf, type Rights, withRights } from './behalf.js';
import { requireGiven } from './own-descriptor.js';
import { type Meet, OWN_DESCRIPTORS, type PathEnd, PathWalk } from './path-walk.js';

/**
 * A file's place: its folder, held open, and its name there. Whatever a path leads to later, the place stays where it was.
 */
export class HeldPlace implements Disposable {
  /** The file's name in its folder. */
  readonly name: string;
  /** Whose rights the folder was found with, and the file is to be opened with. */
  readonly rights: Rights;
  readonly #folder: number;
  readonly #isLed: boolean;

  /**
   * Follows a path as the kernel does, the last link included, a step at a time and each with the rights that are due.
   * @param meet is called with each folder and link on the way, with its path by descriptor
   * @throws the error of the system: ENOENT, EACCES, ELOOP ...
   */
  static find(path: string, behalf: Behalf, meet: Meet = () => {}): HeldPlace {
    if (!existsSync(OWN_DESCRIPTORS)) throw new Error('/proc is not mounted');
    using walk = new PathWalk(path, behalf, meet);
    return new HeldPlace(walk.toEnd());
  }

  constructor({ folder, name, rights, isLed }: PathEnd) {
    this.#folder = folder;
    this.#isLed = isLed;
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

  /**
   * The number of our own descriptor that the place stands for: /dev/stdout, /dev/fd/N, a link to one of them.
   * @throws Error where it is none that we were given, or where another user's link leads: /proc lets us in whatever rights we took
   */
  get descriptor(): number | undefined {
    if (readlinkSync(this.folder) !== OWN_DESCRIPTORS || !/^\d+$/.test(this.name)) return undefined;
    if (this.#isLed) throw new Error('another user’s link leads to a descriptor of netmeter’s');
    requireGiven(Number(this.name));
    return Number(this.name);
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
