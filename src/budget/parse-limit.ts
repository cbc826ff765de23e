import { NetmeterError } from '../errors.js';
import { type IpOctets, type OctetsPerSecond, octetsPerSecond } from '../units.js';
import { parseSize } from './parse-size.js';

/** Parses `10MB/s`. @throws {NetmeterError} USAGE */
export function parseRate(text: string): OctetsPerSecond {
  const size = /^(.*)\/s$/s.exec(text.trim())?.[1];
  if (size === undefined)
    throw new NetmeterError('USAGE', `bad rate '${text}'`, { cure: 'Rates are like 10MB/s or 500kB/s.' });
  return octetsPerSecond(parseSize(size));
}

/** Parses a count: `12`, `10_000`. @throws {NetmeterError} USAGE */
export function parseCount(text: string): number {
  const digits = text.trim().replaceAll('_', '');
  if (/^\d+$/.test(digits) && Number.isSafeInteger(Number(digits))) return Number(digits);
  throw new NetmeterError('USAGE', `bad count '${text}'`, { cure: 'Counts are whole numbers: 0, 12, 10_000.' });
}

/** Parses `PATTERN=SIZE`. @throws {NetmeterError} USAGE */
export function parseNamedSize(text: string): readonly [pattern: string, size: IpOctets] {
  const [, pattern = '', size = ''] = /^(.*)=([^=]*)$/s.exec(text) ?? [];
  if (pattern.trim() === '')
    throw new NetmeterError('USAGE', `bad limit '${text}'`, { cure: "Say PATTERN=SIZE: '*.example.com=50MB'." });
  return [pattern.trim(), parseSize(size)];
}
