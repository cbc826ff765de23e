import { parseBareRate } from '../../../budget/parse-limit.js';
import type { OctetsPerSecond } from '../../../units.js';
import { usage } from '../usage-error.js';

/** At a slower rate the end of a run could not be distinguished from the pause between two packets. */
const SLOWEST = 32_000;

/**
 * Parses the rate that nothing shall exceed, with or without `/s` behind it.
 * @throws {NetmeterError} USAGE
 */
export function parseRate(text: string): OctetsPerSecond {
  const rate = parseBareRate(text);
  if (rate >= SLOWEST) return rate;
  throw usage(`'${text}' is too slow`, `Give at least ${SLOWEST / 1000}kB/s.`);
}
