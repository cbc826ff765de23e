import { milliseconds } from '../units.js';
import { type Devices, parseDev } from './dev.js';
import { parseTexts, type Snapshot, takeTexts } from './snapshot.js';
import type { HeldCounterFiles } from './take-held-files.js';

/**
 * Takes all counters of a namespace. All files are read before the first is parsed, so that they are of one instant.
 * @param now a monotonic clock, in milliseconds
 * @throws {NetmeterError} MALFORMED_KERNEL_FILE
 */
export function takeSnapshot(files: HeldCounterFiles, now: () => number): Snapshot {
  return parseTexts(takeTexts((file) => files.read(file), milliseconds(now())));
}

/** Takes the devices' counters alone (net/dev): cheap enough to repeat while the command runs. */
export function takeDeviceSample(files: HeldCounterFiles): Devices {
  return parseDev(files.read('dev') ?? '');
}
