import { closeSync, constants, mkdirSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { lockFile } from '../../linux/file-lock.js';
import type { HostChanges } from './host-changes.js';

/** Root's alone, and empty after a restart of the machine, as all that is noted there. */
const FOLDER = '/run/netmeter';
/** No run's name. */
const LOCK = 'lock';

/** What a note says: the changes, the network namespace that they were made in, and the processes' that could see who lives there. */
export type Noted = HostChanges & { readonly network: string; readonly processes: string };

export const notePath = (run: string) => `${FOLDER}/${run}`;

/** @returns the folder @throws the error of the system: where /run may only be read */
export function noteFolder(): string {
  mkdirSync(FOLDER, { mode: 0o700, recursive: true });
  return FOLDER;
}

/** @returns a descriptor of the file whose lock orders what runs decide about what they share */
export const openLock = (): number =>
  openSync(`${noteFolder()}/${LOCK}`, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);

export function noteFiles(): string[] {
  try {
    return readdirSync(FOLDER, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== LOCK)
      .map(({ name }) => `${FOLDER}/${name}`);
  } catch {
    return [];
  }
}

/** Which namespaces this process sees; empty where /proc does not say. */
export const ownNamespaces = () => ({ network: identityOf('net'), processes: identityOf('pid') });

function identityOf(kind: string): string {
  try {
    return readlinkSync(`/proc/self/ns/${kind}`);
  } catch {
    return '';
  }
}

/** A line of a note. */
export const lineOf = (noted: Noted) => `${JSON.stringify(noted)}\n`;

/** What a note's last whole line says: whoever was killed while it wrote one had changed nothing more yet. */
export function parseNote(text: string): Noted | undefined {
  const [last] = text.split('\n').slice(-2);
  return last === undefined || last === '' ? undefined : (JSON.parse(last) as Noted);
}

/** @returns undefined when it has gone, or says nothing */
export function readNote(file: string): Noted | undefined {
  try {
    return parseNote(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Whether its netmeter or its guardian lives. */
export function isHeld(file: string): boolean {
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
