import { readFileSync } from 'node:fs';
import { COUNTER_FILES, type CounterFile } from '../../src/counters/held-files.js';
import { type Snapshot, snapshot } from '../../src/counters/snapshot.js';
import { milliseconds } from '../../src/units.js';

/** The text of a file below fixtures/proc. */
export const fixture = (path: string) =>
  readFileSync(new URL(`../../fixtures/proc/${path}`, import.meta.url), 'latin1');

/** A snapshot of a capture that has all six files. */
export const captured = (name: string, at = 0): Snapshot =>
  snapshot((file: CounterFile) => fixture(`${name}/${file}`), milliseconds(at));

/** Read for a snapshot; the lists of connections are read when they are needed. */
export const TAKEN_FILES = COUNTER_FILES.filter((file) => !/^(tcp|udp)/.test(file));
