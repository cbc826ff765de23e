import { NetmeterError } from '../errors.js';
import { type IpOctets, ipOctets } from '../units.js';

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['', 1n],
  ['B', 1n],
  ['kB', 10n ** 3n],
  ['KB', 10n ** 3n],
  ['MB', 10n ** 6n],
  ['GB', 10n ** 9n],
  ['TB', 10n ** 12n],
  ['KiB', 2n ** 10n],
  ['MiB', 2n ** 20n],
  ['GiB', 2n ** 30n],
  ['TiB', 2n ** 40n],
]);

/**
 * Parses a size: `50MB` is 50,000,000 octets, `50MiB` 52,428,800, a bare number is octets.
 * @throws {NetmeterError} USAGE, showing the accepted forms
 */
export function parseSize(text: string): IpOctets {
  const match = /^(\d+(?:_\d+)*)(?:\.(\d+))?\s*([a-z]*)$/i.exec(text.trim());
  if (!match) throw badSize(text, 'it is not a size');
  const [, whole = '', fraction = '', unit = ''] = match;
  const factor = UNITS.get(unit);
  if (factor === undefined) throw badSize(text, whyNotUnit(unit));
  // In whole numbers: in binary fractions 0.1 GB would not be whole, and 1.0000000000001 TB would be.
  const scaled = BigInt(whole.replaceAll('_', '') + fraction) * factor;
  const scale = 10n ** BigInt(fraction.length);
  if (scaled % scale !== 0n) throw badSize(text, 'it is not a whole number of bytes');
  const octets = Number(scaled / scale);
  if (!Number.isSafeInteger(octets)) throw badSize(text, 'it is larger than can be counted exactly');
  return ipOctets(octets);
}

/** 50M is 5 % more or less by who reads it, and 50Mb an eighth: a gate must not guess. */
function whyNotUnit(unit: string): string {
  const prefix = /^([kmgt])(?:i?b?)$/i.exec(unit)?.[1]?.toUpperCase();
  return prefix ? `'${unit}' is ambiguous: say ${prefix}B or ${prefix}iB` : `'${unit}' is no unit of size`;
}

const badSize = (text: string, reason: string) =>
  new NetmeterError('USAGE', `bad size '${text}': ${reason}`, {
    cure: 'Sizes are like 50MB (50,000,000 bytes), 50MiB (52,428,800 bytes), 1.5GB, 500kB or plain bytes: 50000000.',
  });
