import { parseSize } from '../../budget/parse-size.js';
import { type OctetsPerSecond, octetsPerSecond } from '../../units.js';
import { usage } from './usage-error.js';

/** At a slower rate the end of a run could not be distinguished from the pause between two packets. */
const SLOWEST = 32_000;

/**
 * Parses a size, with or without `/s` behind it.
 * @throws {NetmeterError} USAGE
 */
export function parseRate(text: string): OctetsPerSecond {
  const rate = parseSize(text.replace(/\/s$/, ''));
  if (rate >= SLOWEST) return octetsPerSecond(rate);
  throw usage(`--rate-limit ${text} is too slow`, `Give at least ${SLOWEST / 1000}kB/s.`);
}
