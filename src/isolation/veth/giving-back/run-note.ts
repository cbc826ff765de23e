import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { lockFile } from '../../../linux/file-lock.js';
import { memoryFile } from '../../../linux/memory-file.js';
import { pauseThread } from '../../tools/pause-thread.js';
import type { HostChanges } from './host-changes.js';

/** Root's alone, and empty after a restart of the machine, as all that is noted there. */
const FOLDER = '/run/netmeter';
/** No run's name. */
const LOCK = 'lock';
const FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;

/** What the file says: the changes, and the network namespace that they were made in. */
type Noted = HostChanges & { readonly network: string };

/** Which namespace is the host's for this process; empty where /proc does not tell. */
function network(): string {
  try {
    return readlinkSync('/proc/self/ns/net');
  } catch {
    return '';
  }
}

/**
 * The note of what a run changes on the host, for whoever finds it when netmeter and its guardian were both killed. Both hold its
 * lock, which the kernel drops with the last of them: a note that can be locked is of nobody.
 */
export class RunNote implements Disposable {
  /** For the guardian to hold too. */
  readonly fd: number;
  /** Undefined: the guardian alone has it, in a container whose /run may only be read. */
  readonly file: string | undefined;

  static open(run: string): RunNote {
    try {
      mkdirSync(FOLDER, { mode: 0o700, recursive: true });
      return new RunNote(lockedFile(`${FOLDER}/${run}`), `${FOLDER}/${run}`);
    } catch {
      return new RunNote(memoryFile('netmeter-changes'));
    }
  }

  private constructor(fd: number, file?: string) {
    this.fd = fd;
    this.file = file;
  }

  /** Before the changes are made. */
  write(changes: HostChanges): void {
    ftruncateSync(this.fd, 0);
    writeSync(this.fd, JSON.stringify({ ...changes, network: network() } satisfies Noted), 0);
  }

  /** All has been given back. */
  forget(): void {
    if (this.file !== undefined) rmSync(this.file, { force: true });
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
  }
}

function lockedFile(file: string): number {
  for (;;) {
    const fd = openSync(file, FLAGS, 0o600);
    // Somebody who found it before it was locked has taken it away.
    if (lockFile(fd) && fstatSync(fd).nlink > 0) return fd;
    closeSync(fd);
  }
}

/** What living runs in this namespace rely on, and what dead ones have left. */
export type Notes = { readonly living: readonly HostChanges[]; readonly dead: readonly DeadNote[] };
type DeadNote = { readonly changes: HostChanges; readonly forget: () => void };

/** @param own this run's, which is left out */
export function readNotes(own?: string): Notes {
  const living: HostChanges[] = [];
  const dead: DeadNote[] = [];
  for (const file of noteFiles()) {
    const noted = parse(file);
    // Killed before it had changed anything.
    if (!noted && !isHeld(file)) rmSync(file, { force: true });
    if (!noted || noted.network !== network() || noted.link === own) continue;
    if (isHeld(file)) living.push(noted);
    else dead.push({ changes: noted, forget: () => rmSync(file, { force: true }) });
  }
  return { living, dead };
}

/**
 * Strikes switches out of a living run's note, for the others to see. For whoever holds the lock of {@link alone}.
 * @param own the run's first link
 */
export function relinquish(keys: readonly string[], own: string): void {
  for (const file of noteFiles()) {
    const noted = parse(file);
    if (noted?.link !== own || noted.network !== network()) continue;
    writeFileSync(file, JSON.stringify({ ...noted, keys: noted.keys.filter((key) => !keys.includes(key)) }));
  }
}

/**
 * Runs `work` while no other run on this host decides about what they share. Who cannot get the lock in time goes on without:
 * its holder may have been stopped.
 */
export function alone<T>(work: () => T): T {
  const fd = openLock();
  try {
    for (let tries = 0; fd !== undefined && !lockFile(fd) && tries < MOST_TRIES; tries++) pauseThread(2);
    return work();
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

const MOST_TRIES = 1000;

function openLock(): number | undefined {
  try {
    mkdirSync(FOLDER, { mode: 0o700, recursive: true });
    return openSync(`${FOLDER}/${LOCK}`, FLAGS, 0o600);
  } catch {
    return undefined;
  }
}

function noteFiles(): string[] {
  try {
    return readdirSync(FOLDER)
      .filter((name) => name !== LOCK)
      .map((name) => `${FOLDER}/${name}`);
  } catch {
    return [];
  }
}

function parse(file: string): Noted | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Noted;
  } catch {
    // It has gone, or nothing is noted in it yet.
    return undefined;
  }
}

function isHeld(file: string): boolean {
  try {
    const fd = openSync(file, constants.O_RDWR | constants.O_NOFOLLOW);
    try {
      return !lockFile(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    return true;
  }
}
