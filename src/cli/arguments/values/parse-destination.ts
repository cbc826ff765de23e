import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Destination } from '../../../isolation/limits/destinations.js';
import { canonicalAddress } from '../../../isolation/machine/canonical-address.js';
import { usage } from '../usage-error.js';

/**
 * Parses an address, a network (CIDR), a name, or `*.` and the name that it stands below.
 * @throws {NetmeterError} USAGE, showing the accepted forms
 */
export function parseDestination(text: string): Destination {
  const bad = (reason: string) =>
    usage(
      `bad destination '${text}': ${reason}`,
      'Destinations are like example.org, *.example.org, 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32.',
    );
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) throw bad('it is a URL: give its host alone');
  const [address = '', length, more] = text.split('/');
  if (/^(?:[^:]*|\[.*\]):\d+$/.test(address)) throw bad('a single port cannot be chosen: leave it out');
  const family = isIP(address);
  if (family === 0) {
    if (length !== undefined) throw bad(`'${address}' is no address`);
    return { kind: 'name', pattern: parseName(text, bad) };
  }
  if (address.includes('%')) throw bad('an address has no zone here');
  const most = family === 4 ? 32 : 128;
  if (more !== undefined || (length !== undefined && !(/^\d{1,3}$/.test(length) && Number(length) <= most)))
    throw bad(`a prefix length is a number from 0 to ${most}`);
  const prefix = Number(length ?? most);
  const mapped = canonicalAddress(address);
  if (family === 6 && isIP(mapped) === 4 && prefix >= MAPPED_PREFIX)
    return { kind: 'network', family: '4', network: `${mapped}/${prefix - MAPPED_PREFIX}` };
  return { kind: 'network', family: family === 4 ? '4' : '6', network: `${address}/${prefix}` };
}

/** Before the IPv4 address in an IPv4-mapped one, whose packets are IPv4's. */
const MAPPED_PREFIX = 96;

function parseName(text: string, bad: (reason: string) => Error): string {
  const [, wild = '', name = ''] = /^(\*\.)?(.*?)\.?$/.exec(text) ?? [];
  const ascii = domainToASCII(name);
  if (!/^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(ascii)) throw bad('it is neither a name nor an address');
  // A URL's host of digits is an address in disguise: 0x7f.1.
  if (isIP(ascii)) throw bad(`write the address ${ascii}`);
  return `${wild}${ascii}`;
}
