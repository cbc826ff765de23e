import type { CounterDelta } from '../../counters/delta.js';
import { ipOctets, linkBytes, packets } from '../../units.js';
import type { Count } from '../count.js';
import { HEADER_SPREAD, hiddenSegments, ipv4Counters, ipv6Counters, TCP_HEADERS } from '../hidden-segments.js';
import { addKnown } from '../layers.js';
import { deviceLoopback } from '../loopback.js';
import type { WireDelta } from '../queue-delta.js';
import { hiddenDatagrams } from '../udp-segments.js';
import { branded, countersNamed, type DeviceFlow, deviceOctets, sumOf } from './device-counters.js';
import { pastQueues, sentBy } from './device-sent.js';

/**
 * Traffic of a namespace that netmeter did not make: by the IP layer's counters in, by the devices' own queues out where
 * they are readable, else by the devices and TCP's count of segments.
 * @param devices the ones whose other end is the outside, none twice
 */
export function deviceTraffic(devices: readonly string[], wire: WireDelta, delta: CounterDelta): Count {
  const apart = devices.length === 0 ? withoutDevices(delta) : undefined;
  const incoming = apart ?? inwards(devices, delta);
  const outgoing = apart ?? sentBy(devices, wire, delta);
  const past = pastQueues(devices, wire, delta);
  return {
    traffic: {
      external: { in: incoming.layers, out: outgoing.layers },
      loopback: deviceLoopback(delta),
    },
    method: {
      name: 'proc-estimate',
      errorBound: { in: incoming.bound, out: outgoing.bound },
      packetsIn: 'ecn-counters',
    },
    ...(past.length > 0 && { past }),
  };
}

/** No device leads outside: nothing can have passed, unless one moved that is not known to. */
function withoutDevices({ devices }: CounterDelta): DeviceFlow {
  const moved = Object.entries(devices).some(
    ([name, device]) =>
      name !== 'lo' && (device.kind === 'vanished' || Object.values(device.counters).some((count) => count > 0)),
  );
  const none = <T>(brand: (count: number) => T) => (moved ? null : brand(0));
  return {
    layers: {
      wireOctets: none(ipOctets),
      ipOctets: none(ipOctets),
      linkBytes: none(linkBytes),
      packets: none(packets),
    },
    bound: moved ? null : 0,
  };
}

/**
 * `InOctets` is of GSO packets: each segment that arrived inside one adds its own headers, which are TCP's usual ones.
 */
function inwards(devices: readonly string[], delta: CounterDelta): DeviceFlow {
  const hidden = [hiddenSegments(ipv4Counters(delta)), delta.snmp6 ? hiddenSegments(ipv6Counters(delta)) : 0] as const;
  const ip = ipOctetsIn(devices, delta);
  const seen = packetsByIp(devices, delta);
  const [four, six] = hidden;
  const known = ip !== null && four !== undefined && six !== undefined;
  // Where nothing came by the counted devices, the segments came by others.
  const ours = known && ip > 0 ? { four, six } : { four: 0, six: 0 };
  const headers = ours.four * TCP_HEADERS.ipv4 + ours.six * TCP_HEADERS.ipv6;
  return {
    layers: {
      wireOctets: known ? ipOctets(ip + headers) : null,
      ipOctets: ip === null ? null : ipOctets(ip),
      linkBytes: branded(sumOf(devices, 'rxBytes', delta), linkBytes),
      packets: known && seen !== null ? packets(seen + ours.four + ours.six) : null,
    },
    bound: known ? headerError(four + six, loopbackSegments(delta)) : null,
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
  const brought = othersMoved(devices, delta) ? sumOf(devices, 'rxPackets', delta) : null;
  return Math.max(0, Math.min(four + six - loop, brought ?? Infinity));
}

const othersMoved = (devices: readonly string[], delta: CounterDelta) =>
  Object.keys(delta.devices).some(
    (name) => name !== 'lo' && !devices.includes(name) && (countersNamed(name, delta)['rxBytes'] ?? 0) > 0,
  );

/** Nothing distinguishes the hidden segments of loopback from those of the outside. */
const headerError = (hidden: number, onLoopback: number) =>
  hidden * HEADER_SPREAD + Math.min(hidden, onLoopback) * TCP_HEADERS.ipv6;

/**
 * Segments, at most, that GSO packets on loopback have hidden: TCP's are split in two there, rarely, because segments
 * are as large as packets can be; a datagram can be of many.
 */
function loopbackSegments(delta: CounterDelta): number {
  const { rxBytes = 0, rxPackets = 0 } = countersNamed('lo', delta);
  return rxPackets === 0 ? 0 : rxPackets + hiddenDatagrams(delta, rxBytes - rxPackets * SHORTEST_UDP);
}

/** An IPv4 datagram without payload (RFC 791, RFC 768). */
const SHORTEST_UDP = 28;

/** What the IP layer took in, loopback left out; no more than the counted devices brought, where others moved too. */
function ipOctetsIn(devices: readonly string[], delta: CounterDelta): number | null {
  const all = addKnown([
    delta.netstat['IpExt']?.['InOctets'] ?? null,
    delta.snmp6 ? (delta.snmp6['Ip6InOctets'] ?? null) : 0,
  ]);
  const loop = countersNamed('lo', delta)['rxBytes'];
  if (all === null || loop === undefined) return null;
  const ip = Math.max(0, all - loop);
  const brought = deviceOctets(devices, 'rx', delta);
  return brought !== null && othersMoved(devices, delta) ? Math.min(ip, brought) : ip;
}
