import { closeSync } from 'node:fs';
import { appendText } from './append-text.js';
import type { Behalf } from './behalf.js';
import { HeldPlace } from './held-place.js';
import { openSpecial } from './open-special.js';
import { O_PATH } from './path-walk.js';
import { replaceFile } from './replace-file.js';
import { requireReplaceable, requireWritableDescriptor, requireWritableSpecial } from './require-writable.js';
import { writeToDescriptor } from './write-to-descriptor.js';

/** Where a text goes: into a folder, to a pipe or device that is there already, to one of our own descriptors. */
type Target =
  | { readonly kind: 'file'; readonly place: HeldPlace }
  | { readonly kind: 'special'; readonly place: HeldPlace; readonly fd: number }
  | { readonly kind: 'descriptor'; readonly fd: number };

/**
 * A file that is to be written on somebody's behalf: found before a command runs, written after it. Whatever the command
 * does to the path meanwhile, the text goes where the path led at first, by rights that are no more than that somebody's.
 * A folder that is made meanwhile, or made anew, is found when it is needed.
 */
export class HeldFile implements Disposable {
  readonly #path: string;
  readonly #behalf: Behalf;
  #target: Target | undefined;

  /** Never throws: what is wrong with the path is an error when it is written to, or asked whether it can be. */
  constructor(path: string, behalf: Behalf) {
    this.#path = path;
    this.#behalf = behalf;
    try {
      this.#target = this.#find();
    } catch {
      // A command may make its folder yet.
    }
  }

  /** Whether writing waits for a reader: a pipe's, a terminal's. */
  get waits(): boolean {
    return this.#target !== undefined && this.#target.kind !== 'file';
  }

  /**
   * Tries what writing will take, without a trace.
   * @throws the error of the system: ENOENT, EACCES, EROFS ...
   */
  requireWritable(): void {
    const target = this.#found();
    if (target.kind === 'descriptor') requireWritableDescriptor(target.fd);
    else if (target.kind === 'special') requireWritableSpecial(target.place);
    else this.#inFolder(target.place, requireReplaceable);
  }

  /**
   * Writes a text: a file whole or not at all, a pipe or device as it is, a descriptor behind what was written there.
   * @throws the error of the system: ENOENT, EACCES, ENOSPC ...
   */
  async write(text: string): Promise<void> {
    const target = this.#found();
    if (target.kind === 'descriptor') return await writeToDescriptor(target.fd, text);
    if (target.kind === 'special') return await writeToSpecial(target, text);
    this.#inFolder(target.place, (place) => replaceFile(place, text));
  }

  /**
   * Adds a text to a file that others write too, whole or not at all, on a line of its own.
   * @param render the text for a file that holds so many bytes; empty when there is no room
   * @throws the error of the system, or an Error where it is no regular file, or full
   */
  append(render: (present: number) => string): void {
    const target = this.#found();
    if (target.kind !== 'file') throw new Error('it is no regular file');
    this.#inFolder(target.place, (place) => appendText(place, render));
  }

  [Symbol.dispose](): void {
    if (this.#target && this.#target.kind !== 'descriptor') this.#target.place[Symbol.dispose]();
    if (this.#target?.kind === 'special') closeSync(this.#target.fd);
    this.#target = undefined;
  }

  #found(): Target {
    this.#target ??= this.#find();
    return this.#target;
  }

  #find(): Target {
    const place = HeldPlace.find(this.#path, this.#behalf);
    const fd = place.descriptor;
    if (fd !== undefined) {
      place[Symbol.dispose]();
      return { kind: 'descriptor', fd };
    }
    const present = place.present();
    if (!present || present.isFile() || present.isDirectory()) return { kind: 'file', place };
    return { kind: 'special', place, fd: place.open(O_PATH) };
  }

  /** Once more in a new place where the folder was removed, or the name has become a link. */
  #inFolder(place: HeldPlace, work: (place: HeldPlace) => void): void {
    try {
      work(place);
    } catch (error) {
      if (!isCode(error, 'ENOENT', 'ELOOP')) throw error;
      using again = HeldPlace.find(this.#path, this.#behalf);
      work(again);
    }
  }
}

const isCode = (error: unknown, ...codes: readonly string[]) =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

/** Not synchronous: a FIFO waits for its reader, and signals must get through meanwhile. */
async function writeToSpecial({ place, fd }: { place: HeldPlace; fd: number }, text: string): Promise<void> {
  const as = <T>(work: () => T) => (place.rights ? place.as(work) : work());
  await using file = await openSpecial(`/proc/self/fd/${fd}`, { as });
  await file.writeFile(text);
}
