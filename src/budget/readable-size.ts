import type { IpOctets } from '../units.js';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** The next size of two digits, as it is typed: 1 234 567 is `1.3MB`. */
export function readableSize(octets: IpOctets): string {
  if (octets < 100) return `${octets}B`;
  const step = 10 ** (Math.floor(Math.log10(octets)) - 1);
  const rounded = Math.ceil(octets / step) * step;
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(rounded) / 3));
  // Of two digits: no binary fraction shows.
  return `${Number((rounded / 1000 ** power).toPrecision(3))}${UNITS[power]}`;
}
