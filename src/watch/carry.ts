import type { CounterDelta, Increments } from '../counters/delta.js';
import { ipv4Counters, ipv6Counters } from '../traffic/hidden-segments.js';

/**
 * What one file showed and another, read before it, did not yet: it is taken off the next interval. One interval alone
 * would be zero instead of a little less, and over weeks of them that little would add up.
 */
export type Carry = {
  /** Octets that were on `lo` already and not in InOctets. */
  readonly loopback: number;
  /** Packets that were in InReceives already and not in the ECN counters, by family. */
  readonly ipv4: number;
  readonly ipv6: number;
  /** Frames that devices had sent already and that were not in OutSegs. Absent in files of earlier versions. */
  readonly segments?: number | undefined;
};

export const NO_CARRY: Carry = { loopback: 0, ipv4: 0, ipv6: 0, segments: 0 };

/**
 * The increments as they would be, had the interval before been read in one instant; and what is left over now.
 * @param outside the devices whose frames are compared with TCP's segments
 */
export function carryOver(
  delta: CounterDelta,
  outside: readonly string[],
  before: Carry,
): { readonly delta: CounterDelta; readonly carry: Carry } {
  const lo = incrementsOf('lo', delta);
  const octets = (delta.netstat['IpExt']?.['InOctets'] ?? 0) + (delta.snmp6?.['Ip6InOctets'] ?? 0);
  const [four, six] = [ipv4Counters(delta), ipv6Counters(delta)];
  return {
    delta: {
      ...delta,
      snmp: {
        ...delta.snmp,
        Ip: more(delta.snmp['Ip'] ?? {}, 'InReceives', before.ipv4),
        Tcp: more(delta.snmp['Tcp'] ?? {}, 'OutSegs', -(before.segments ?? 0)),
      },
      ...(delta.snmp6 && { snmp6: more(delta.snmp6, 'Ip6InReceives', before.ipv6) }),
      devices: { ...delta.devices, lo: { kind: 'present', counters: more(lo, 'rxBytes', before.loopback) } },
    },
    carry: {
      loopback: leftOver(octets, lo['rxBytes'], before.loopback),
      ipv4: leftOver(segments(four), four['receives'], before.ipv4),
      ipv6: leftOver(segments(six), six['receives'], before.ipv6),
      segments: leftOver(handedDown(delta), framesOf([...outside, 'lo'], delta), before.segments ?? 0),
    },
  };
}

/** Never more than moved in the interval: what is missing for longer was not read too early. */
const leftOver = (shown: number, moved: number | undefined, before: number) =>
  moved === undefined ? 0 : Math.min(moved, Math.max(0, moved + before - shown));

/** Segments and datagrams that sockets have sent. */
const handedDown = ({ snmp, snmp6 }: CounterDelta) =>
  (snmp['Tcp']?.['OutSegs'] ?? 0) +
  (snmp['Tcp']?.['RetransSegs'] ?? 0) +
  (snmp['Udp']?.['OutDatagrams'] ?? 0) +
  (snmp6?.['Udp6OutDatagrams'] ?? 0);

const framesOf = (devices: readonly string[], delta: CounterDelta) =>
  devices.reduce((sum, device) => sum + (incrementsOf(device, delta)['txPackets'] ?? 0), 0);

const segments = (ip: Increments) => (ip['noEct'] ?? 0) + (ip['ect0'] ?? 0) + (ip['ect1'] ?? 0) + (ip['ce'] ?? 0);

function incrementsOf(device: string, { devices }: CounterDelta): Increments {
  const found = devices[device];
  return found && found.kind !== 'vanished' ? found.counters : {};
}

function more(counters: Increments, name: string, added: number): Increments {
  const count = counters[name];
  return count === undefined || added === 0 ? counters : { ...counters, [name]: Math.max(0, count + added) };
}
