import type { BehindWire } from '../../measurement/traffic.js';
import { exact, packetsWord } from '../format-octets.js';

/** What of a number another end has not seen, or sent: `out: 128 B in 1 packet of multicast ...` */
export function behindText({ kind, way, packets, ipOctets, certainty }: BehindWire): string {
  const octets = ipOctets === null ? [] : [`${exact(ipOctets)} B`];
  const count = packets === null ? [] : [`${exact(packets)} ${packetsWord(packets)}`];
  return `${way}: ${CERTAINTIES[certainty]}${[...octets, ...count].join(' in ')} ${KINDS[kind]}`;
}

/** The same without how much: `of in, ICMP errors by this machine (up to)` */
export const behindName = ({ kind, way, certainty }: BehindWire): string =>
  `of ${way}, ${NAMES[kind]}${certainty === 'exact' ? '' : ` (${CERTAINTIES[certainty].trim()})`}`;

const CERTAINTIES = { exact: '', 'at-least': 'at least ', 'at-most': 'up to ' } as const satisfies Record<
  BehindWire['certainty'],
  string
>;

const KINDS = {
  multicast: 'of multicast or broadcast, which stays on its link',
  'not-ip': 'of other protocols than IP, which are not forwarded',
  discarded: 'that this machine did not forward (TTL, address)',
  strays: 'of no connection any more or a forged source, which this machine did not forward',
  'icmp-errors': 'of ICMP errors by this machine, for packets that it did not forward',
} as const satisfies Record<BehindWire['kind'], string>;

const NAMES = {
  multicast: 'multicast or broadcast',
  'not-ip': 'not IP',
  discarded: 'not forwarded here',
  strays: 'of no connection any more or a forged source',
  'icmp-errors': 'ICMP errors by this machine',
} as const satisfies Record<BehindWire['kind'], string>;
