import { NetmeterError } from '../errors.js';
import { type IpOctets, ipOctets } from '../units.js';

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/**
 * Parses a size: `50MB` is 50,000,000 octets, `50MiB` 52,428,800, a bare number is octets.
 * @throws {NetmeterError} USAGE, showing the accepted forms
 */
export function parseSize(text: string): IpOctets {
  const match = /^(\d+(?:_\d+)*(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const [, digits = '', unit = ''] = match ?? [];
  if (/^[kmgt]i?$/i.test(unit))
    throw badSize(
      text,
      `'${unit}' is ambiguous: say ${unit.charAt(0).toUpperCase()}B or ${unit.charAt(0).toUpperCase()}iB`,
    );
  const factor = UNITS[unit.toLowerCase()];
  if (!match || factor === undefined) throw badSize(text, 'it is not a size');
  const octets = Number(digits.replaceAll('_', '')) * factor;
  const rounded = Math.round(octets);
  // 0.1 GB is whole although its binary fraction is not; 1.5 B is not.
  if (Math.abs(octets - rounded) > 1e-6 * Math.max(1, factor / 1e6))
    throw badSize(text, 'it is not a whole number of bytes');
  if (!Number.isSafeInteger(rounded)) throw badSize(text, 'it is larger than can be counted exactly');
  return ipOctets(rounded);
}

const badSize = (text: string, reason: string) =>
  new NetmeterError('USAGE', `bad size '${text}': ${reason}`, {
    cure: 'Sizes are like 50MB (50,000,000 bytes), 50MiB (52,428,800 bytes), 1.5GB, 500kB or plain bytes: 50000000.',
  });
