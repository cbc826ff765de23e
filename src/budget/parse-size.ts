import { NetmeterError } from '../errors.js';
import { type IpOctets, ipOctets } from '../units.js';

/** By the first letters in small ones; a `b` may follow. */
const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['', 1n],
  ['k', 10n ** 3n],
  ['m', 10n ** 6n],
  ['g', 10n ** 9n],
  ['t', 10n ** 12n],
  ['ki', 2n ** 10n],
  ['mi', 2n ** 20n],
  ['gi', 2n ** 30n],
  ['ti', 2n ** 40n],
]);

/**
 * Parses a size: `50MB`, `50M` and `50mb` are 50,000,000 octets, `50MiB` and `50Mi` 52,428,800, a bare number is octets.
 * @throws {NetmeterError} USAGE, showing the accepted forms
 */
export function parseSize(text: string): IpOctets {
  return parseOctets(text, (reason) => badSize(text, reason), 'it is not a size');
}

/**
 * The number that a size, or what comes in a second at a rate, stands for.
 * @param bad makes the error of a reason
 * @param shapeless the reason where it is neither number nor unit
 */
export function parseOctets(text: string, bad: (reason: string) => Error, shapeless: string): IpOctets {
  const match = /^(\d+(?:_\d+)*)(?:\.(\d+))?\s*([a-z]*)$/i.exec(text.trim());
  if (!match) throw bad(shapeless);
  const [, whole = '', fraction = '', unit = ''] = match;
  if (isOfBits(unit)) throw bad(`'${unit}' is of bits: say ${unit.slice(0, -1)}B`);
  if (/^[kmgt]?i?bits?$/i.test(unit)) throw bad(`'${unit}' counts bits, and 8 bits are 1 byte`);
  const factor = UNITS.get(unit.toLowerCase().replace(/b$/, ''));
  if (factor === undefined) throw bad(`'${unit}' is no unit of bytes`);
  // In whole numbers: in binary fractions 0.1 GB would not be whole, and 1.0000000000001 TB would be.
  const scaled = BigInt(whole.replaceAll('_', '') + fraction) * factor;
  const scale = 10n ** BigInt(fraction.length);
  if (scaled % scale !== 0n) throw bad('it is not a whole number of bytes');
  const octets = Number(scaled / scale);
  if (!Number.isSafeInteger(octets)) throw bad('it is larger than can be counted exactly');
  return ipOctets(octets);
}

/** Who writes a large prefix and a small b, as in 50Mb, may mean an eighth: a gate must not guess. */
const isOfBits = (unit: string) => /^[KMGT]i?b$/.test(unit);

const badSize = (text: string, reason: string) =>
  new NetmeterError('USAGE', `bad size '${text}': ${reason}`, {
    cure: 'Sizes are like 50MB (50,000,000 bytes), 50MiB (52,428,800 bytes), 1.5GB, 500kB or plain bytes: 50000000.',
  });
