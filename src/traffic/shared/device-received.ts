import type { CounterDelta } from '../../counters/delta.js';
import { ipOctets, linkBytes, packets } from '../../units.js';
import { HEADER_SPREAD, hiddenSegments, ipv4Counters, ipv6Counters, TCP_HEADERS } from '../hidden-segments.js';
import { addKnown } from '../layers.js';
import { hiddenDatagrams, mostHidden, SHORTEST_UDP } from '../udp-segments.js';
import {
  branded,
  carriedNothing,
  countersNamed,
  type DeviceFlow,
  deviceOctets,
  NO_FLOW,
  othersCarried,
  sumOf,
} from './device-counters.js';

/**
 * What devices received, by the IP layer's counters. `InOctets` is of GSO packets: each segment that arrived inside one adds
 * its own headers, which are TCP's usual ones.
 */
export function receivedBy(devices: readonly string[], delta: CounterDelta): DeviceFlow {
  const isShared = othersCarried(devices, 'in', delta);
  if (isShared && carriedNothing(devices, 'in', delta)) return NO_FLOW;
  const four = hiddenSegments(ipv4Counters(delta));
  const six = delta.snmp6 ? hiddenSegments(ipv6Counters(delta)) : 0;
  const ip = ipOctetsIn(devices, delta);
  const seen = packetsByIp(devices, delta);
  const known = ip !== null && four !== undefined && six !== undefined;
  // What came while the files were read, one after the other, is in the devices' counters with the next reading.
  const most = isShared && known ? mostHidden(ip.ours, seen ?? 0) : Infinity;
  const room = known && ip.ours > 0 ? most : 0;
  const fours = Math.min(four ?? 0, room);
  const sixes = Math.min(six ?? 0, room - fours);
  const headers = fours * TCP_HEADERS.ipv4 + sixes * TCP_HEADERS.ipv6;
  const elsewhere = known ? loopbackSegments(delta) + mostHidden(ip.others, 0) : 0;
  return {
    layers: {
      wireOctets: known ? ipOctets(ip.ours + headers) : null,
      ipOctets: ip === null ? null : ipOctets(ip.ours),
      linkBytes: branded(sumOf(devices, 'rxBytes', delta), linkBytes),
      packets: known && seen !== null ? packets(seen + fours + sixes) : null,
    },
    bound: known ? headerError(fours + sixes, elsewhere) : null,
  };
}

/**
 * Of the IP layer, loopback's left out: a card that merges packets itself counts them before. No more than the counted devices
 * brought, where others moved too.
 */
function packetsByIp(devices: readonly string[], delta: CounterDelta): number | null {
  const [four, six] = [ipv4Counters(delta)['receives'], delta.snmp6 ? ipv6Counters(delta)['receives'] : 0];
  const loop = countersNamed('lo', delta)['rxPackets'];
  if (four === undefined || six === undefined || loop === undefined) return null;
  const brought = othersCarried(devices, 'in', delta) ? sumOf(devices, 'rxPackets', delta) : null;
  return Math.max(0, Math.min(four + six - loop, brought ?? Infinity));
}

/** Nothing distinguishes the hidden segments of loopback, and of devices that are not counted, from those of the outside. */
const headerError = (hidden: number, elsewhere: number) =>
  hidden * HEADER_SPREAD + Math.min(hidden, elsewhere) * TCP_HEADERS.ipv6;

/**
 * Segments, at most, that GSO packets on loopback have hidden: TCP's are split in two there, rarely, because segments
 * are as large as packets can be; a datagram can be of many.
 */
function loopbackSegments(delta: CounterDelta): number {
  const { rxBytes = 0, rxPackets = 0 } = countersNamed('lo', delta);
  return rxPackets === 0 ? 0 : rxPackets + hiddenDatagrams(delta, rxBytes - rxPackets * SHORTEST_UDP);
}

/** What the IP layer took in, loopback left out: of the counted devices, no more than they brought where others moved too. */
function ipOctetsIn(devices: readonly string[], delta: CounterDelta) {
  const all = addKnown([
    delta.netstat['IpExt']?.['InOctets'] ?? null,
    delta.snmp6 ? (delta.snmp6['Ip6InOctets'] ?? null) : 0,
  ]);
  const loop = countersNamed('lo', delta)['rxBytes'];
  if (all === null || loop === undefined) return null;
  const ip = Math.max(0, all - loop);
  const brought = othersCarried(devices, 'in', delta) ? deviceOctets(devices, 'in', delta) : null;
  const ours = Math.min(ip, brought ?? Infinity);
  return { ours, others: ip - ours };
}
