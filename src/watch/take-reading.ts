import fs from 'node:fs';
import { hrtime } from 'node:process';
import type { Snapshot } from '../counters/snapshot.js';
import type { HeldCounterFiles } from '../counters/take-held-files.js';
import { takeSnapshot } from '../counters/take-snapshot.js';
import { NetmeterError } from '../errors.js';
import type { Reading } from './reading.js';
import type { RecordedMeter } from './records/record.js';

type FileSystem = Pick<typeof fs, 'readFileSync' | 'readlinkSync'>;

/** Where samples come from. */
export type ReadingSource = {
  readonly files: HeldCounterFiles;
  /** Picks the devices that lead to the outside from all that there are now. */
  readonly outside: (names: readonly string[]) => readonly string[];
  /** Devices that lead to others on this machine. Absent: nobody asks for them. */
  readonly beside?: (counted: readonly string[]) => readonly string[];
  readonly intervalMs: number;
  /** Where the counts of a control group stand. @throws the error of the kernel that refuses */
  readonly meter?: (snapshot: Snapshot) => RecordedMeter;
  /** For tests. */
  readonly fileSystem?: FileSystem;
  readonly clock?: { readonly now: () => number; readonly awakeMs: () => number };
};

const CLOCK = {
  now: () => Date.now(),
  // CLOCK_MONOTONIC: of the machine, not of this process, so that a later process can go on with it.
  awakeMs: () => Number(hrtime.bigint() / 1_000_000n),
};

/**
 * Reads all counters and clocks now.
 * @throws {NetmeterError} MALFORMED_KERNEL_FILE, COUNTERS_UNREADABLE
 */
export function takeReading({
  files,
  outside,
  beside: ofMachine,
  intervalMs,
  meter,
  fileSystem = fs,
  clock = CLOCK,
}: ReadingSource): Reading {
  const snapshot = takeSnapshot(files, clock.awakeMs);
  const at = new Date(clock.now()).toISOString();
  const names = Object.keys(snapshot.dev);
  const devices = outside(names);
  const beside = ofMachine?.(devices) ?? [];
  return {
    at,
    bootId: required('/proc/sys/kernel/random/boot_id', fileSystem).trim(),
    namespace: namespaceName(fileSystem),
    ...readClocks(fileSystem, clock),
    intervalMs,
    devices,
    ...(beside.length > 0 && { beside }),
    indexes: Object.fromEntries(names.map((name) => [name, deviceIndex(name, fileSystem)] as const)),
    snapshot,
    ...(meter && { meter: meter(snapshot) }),
  };
}

function required(file: string, fileSystem: FileSystem): string {
  try {
    return fileSystem.readFileSync(file, 'latin1');
  } catch (cause) {
    throw new NetmeterError('COUNTERS_UNREADABLE', `${file} cannot be read`, { cause });
  }
}

/** A moment, and how often both clocks are read again because it was none. */
const MOMENT_MS = 100;
const LOOKS = 10;

/** Both clocks of one moment: to who is stopped between the two, the machine would seem to have slept. */
function readClocks(fileSystem: FileSystem, { awakeMs: awake }: Pick<typeof CLOCK, 'awakeMs'>) {
  for (let look = 1; ; look++) {
    const awakeMs = awake();
    const sinceStart = uptimeMs(required('/proc/uptime', fileSystem));
    if (awake() - awakeMs < MOMENT_MS || look === LOOKS) return { uptimeMs: sinceStart, awakeMs };
  }
}

/** The first field of /proc/uptime (fs/proc/uptime.c): seconds since the start, suspension included. */
function uptimeMs(text: string): number {
  const seconds = /^(\d+)\.(\d\d) /.exec(text);
  if (!seconds) throw new NetmeterError('MALFORMED_KERNEL_FILE', `/proc/uptime says '${text.trim()}'`);
  return Number(seconds[1]) * 1000 + Number(seconds[2]) * 10;
}

function namespaceName(fileSystem: FileSystem): string | null {
  try {
    return String(fileSystem.readlinkSync('/proc/self/ns/net'));
  } catch {
    return null;
  }
}

function deviceIndex(name: string, fileSystem: FileSystem): number | null {
  try {
    const index = Number(fileSystem.readFileSync(`/sys/class/net/${name}/ifindex`, 'latin1'));
    return Number.isSafeInteger(index) && index > 0 ? index : null;
  } catch {
    return null;
  }
}
