import prettyBytes from 'pretty-bytes';
import { grouped } from '../units.js';

const UNKNOWN = 'unknown';

/** "12.3 MB"; unknown is said. */
export const rounded = (octets: number | bigint | null) => (octets === null ? UNKNOWN : prettyBytes(octets));

/** "~77.1 kB": an estimate, of which another number could stand here. @param bound how far it can be off; null: unknown */
export function roundedWithin(octets: number | bigint | null, bound: number | bigint | null): string {
  const text = rounded(octets);
  if (octets === null || bound === 0 || bound === 0n) return text;
  const [middle, off] = [BigInt(octets), bound === null ? null : BigInt(bound)];
  const isSure = off !== null && off <= middle && [middle - off, middle + off].every((each) => rounded(each) === text);
  return isSure ? text : `~${text}`;
}

/** "12 345 678": exact, in groups of three. */
export const exact = (count: number | bigint | null) => (count === null ? UNKNOWN : grouped(count));

/** What follows a count of packets: "1 packet", "2 packets", "unknown packets". */
export const packetsWord = (count: number | null) => (count === 1 ? 'packet' : 'packets');

export const rate = (octetsPerSecond: number) => `${prettyBytes(octetsPerSecond)}/s`;

/** "~77.1 kB/s", as {@link roundedWithin} marks it. */
export const rateWithin = (octetsPerSecond: number, bound: number | null) =>
  `${roundedWithin(octetsPerSecond, bound)}/s`;

/** "0.34 s", "12.3 s", "3 min 20 s", "2 h 05 min". */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  // The bounds are those of the rounding: never 10.00 s or 60.0 s.
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}

/** "2026-11-23 12:00:00 UTC" of an ISO 8601 time in UTC. */
export const utc = (iso: string) => iso.replace(/T(.{8}).*Z$/, ' $1 UTC');
