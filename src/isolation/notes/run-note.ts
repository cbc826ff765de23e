import { closeSync, constants, fstatSync, openSync, rmSync, writeSync } from 'node:fs';
import { geteuid } from 'node:process';
import { lockFile } from '../../linux/file-lock.js';
import { memoryFile } from '../../linux/memory-file.js';
import { giveName, unnamedFile } from '../../linux/unnamed-file.js';
import type { HostChanges } from './host-changes.js';
import { lineOf, noteFolder, notePath, ownNamespaces } from './note-files.js';

/**
 * The note of what a run changes on the host, for whoever finds it when netmeter and its guardian were both killed. Both hold its
 * lock, which the kernel drops with the last of them: a note that can be locked is of nobody. It is a line for each change of
 * mind, of which the last counts, and has a name from its first line on: no kill leaves one that says nothing.
 */
export class RunNote implements Disposable {
  /** For the guardian to hold too. */
  readonly fd: number;
  /** Undefined: the guardian alone has it, in a container whose /run may only be read. */
  readonly file: string | undefined;
  #isNamed: boolean;

  static open(run: string): RunNote {
    try {
      const folder = noteFolder();
      return unnamed(folder, notePath(run)) ?? new RunNote(lockedFile(notePath(run)), notePath(run), true);
    } catch {
      return new RunNote(memoryFile('netmeter-changes'));
    }
  }

  /**
   * Of a run that changes nothing here, but may leave processes and their control group.
   * @returns undefined for who is not root, and where nothing can be noted
   */
  static ofTree(run: string, cgroup: string | undefined): RunNote | undefined {
    if (geteuid?.() !== 0) return undefined;
    try {
      const note = unnamed(noteFolder(), notePath(run));
      note?.write({ link: '', links: [], keys: [], chains: [], tables: [], note: note.file, run, cgroup });
      return note;
    } catch {
      return undefined;
    }
  }

  constructor(fd: number, file?: string, isNamed = false) {
    this.fd = fd;
    this.file = file;
    this.#isNamed = isNamed;
  }

  /** Before the changes are made. */
  write(changes: HostChanges): void {
    // By its place, which the guardian shares with us, it is read from the beginning on.
    writeSync(this.fd, lineOf({ ...changes, ...ownNamespaces() }), fstatSync(this.fd).size);
    if (this.file === undefined || this.#isNamed) return;
    giveName(this.fd, this.file);
    this.#isNamed = true;
  }

  /** All has been given back. */
  forget(): void {
    if (this.file !== undefined) rmSync(this.file, { force: true });
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
  }
}

/** @returns undefined where the filesystem has no files without a name */
function unnamed(folder: string, path: string): RunNote | undefined {
  try {
    const fd = unnamedFile(folder, 0o600);
    lockFile(fd);
    return new RunNote(fd, path);
  } catch {
    return undefined;
  }
}

function lockedFile(file: string): number {
  for (;;) {
    const fd = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW, 0o600);
    // Somebody who found it before it was locked has taken it away.
    if (lockFile(fd) && fstatSync(fd).nlink > 0) return fd;
    closeSync(fd);
  }
}
