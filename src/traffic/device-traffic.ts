import type { CounterDelta, Increments } from '../counters/delta.js';
import type { Layers } from '../measurement/traffic.js';
import { ETHERNET_HEADER, ipOctets, linkBytes, packets } from '../units.js';
import type { Count } from './count.js';
import { HEADER_SPREAD, hiddenSegments, ipv4Counters, ipv6Counters, TCP_HEADERS } from './hidden-segments.js';
import { addKnown } from './layers.js';
import { deviceLoopback } from './loopback.js';
import type { WireDelta } from './queue-delta.js';

/** The octets of an ARP packet, which devices and queues count and the IP layer does not. */
const ARP = 28;

/**
 * Traffic of a namespace that netmeter did not make: by the IP layer's counters in, by the devices' own queues out where
 * they are readable, else by the devices and TCP's count of segments.
 * @param devices the ones whose other end is the outside, none twice
 */
export function deviceTraffic(devices: readonly string[], wire: WireDelta, delta: CounterDelta): Count {
  const apart = devices.length === 0 ? withoutDevices(delta) : undefined;
  const incoming = apart ?? inwards(devices, delta);
  const outgoing = apart ?? byQueues(devices, wire, delta) ?? byDevices(devices, delta);
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
  };
}

/** No device leads outside: nothing can have passed, unless one moved that is not known to. */
function withoutDevices({ devices }: CounterDelta): Flow {
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

type Flow = { readonly layers: Layers; readonly bound: number | null };

/**
 * `InOctets` is of super-packets: each segment that arrived inside one adds its own headers, which are TCP's usual ones.
 */
function inwards(devices: readonly string[], delta: CounterDelta): Flow {
  const hidden = [hiddenSegments(ipv4Counters(delta)), delta.snmp6 ? hiddenSegments(ipv6Counters(delta)) : 0] as const;
  const ip = ipOctetsIn(devices, delta);
  const seen = packetsByIp(delta);
  const [four, six] = hidden;
  const known = ip !== null && four !== undefined && six !== undefined;
  return {
    layers: {
      wireOctets: known ? ipOctets(ip + four * TCP_HEADERS.ipv4 + six * TCP_HEADERS.ipv6) : null,
      ipOctets: ip === null ? null : ipOctets(ip),
      linkBytes: branded(sumOf(devices, 'rxBytes', delta), linkBytes),
      packets: known && seen !== null ? packets(seen + four + six) : null,
    },
    bound: known ? headerError(four + six, counters('lo', delta)['rxPackets'] ?? 0) : null,
  };
}

/** Of the IP layer, loopback's left out: a card that merges packets itself counts them before. */
function packetsByIp(delta: CounterDelta): number | null {
  const [four, six] = [ipv4Counters(delta)['receives'], delta.snmp6 ? ipv6Counters(delta)['receives'] : 0];
  const loop = counters('lo', delta)['rxPackets'];
  return four === undefined || six === undefined || loop === undefined ? null : Math.max(0, four + six - loop);
}

/** Loopback splits a super-packet in two at most, rarely; nothing tells those from the ones of the outside. */
const headerError = (hidden: number, loopPackets: number) =>
  hidden * HEADER_SPREAD + Math.min(hidden, loopPackets) * TCP_HEADERS.ipv6;

/** What the IP layer took in, loopback left out; no more than the counted devices brought, where others moved too. */
function ipOctetsIn(devices: readonly string[], delta: CounterDelta): number | null {
  const all = addKnown([
    delta.netstat['IpExt']?.['InOctets'] ?? null,
    delta.snmp6 ? (delta.snmp6['Ip6InOctets'] ?? null) : 0,
  ]);
  const loop = counters('lo', delta)['rxBytes'];
  if (all === null || loop === undefined) return null;
  const ip = Math.max(0, all - loop);
  const others = Object.keys(delta.devices).filter((name) => name !== 'lo' && !devices.includes(name));
  const brought = deviceOctets(devices, 'rx', delta);
  return brought !== null && others.some((name) => (counters(name, delta)['rxBytes'] ?? 0) > 0)
    ? Math.min(ip, brought)
    : ip;
}

function byQueues(devices: readonly string[], wire: WireDelta, delta: CounterDelta): Flow | undefined {
  const queues = devices.map((device) => wire[`${device}.out`]);
  if (devices.length === 0 || queues.some((queue) => queue === undefined)) return undefined;
  const bytes = queues.reduce((total, queue) => total + (queue?.bytes ?? 0), 0);
  const count = queues.reduce((total, queue) => total + (queue?.packets ?? 0), 0);
  return {
    layers: {
      wireOctets: ipOctets(bytes - ETHERNET_HEADER * count),
      ipOctets: branded(deviceOctets(devices, 'tx', delta), ipOctets),
      linkBytes: branded(sumOf(devices, 'txBytes', delta), linkBytes),
      packets: packets(count),
    },
    // Neighbours are asked for at most once a second.
    bound: bytes === 0 ? 0 : ARP * devices.length * Math.ceil(delta.elapsedMs / 1000),
  };
}

/** TCP counts the segments that it sends, loopback's too; those beyond the devices' packets were inside super-packets. */
function byDevices(devices: readonly string[], delta: CounterDelta): Flow {
  const octets = deviceOctets(devices, 'tx', delta);
  const frames = sumOf(devices, 'txPackets', delta);
  const tcp = delta.snmp['Tcp'] ?? {};
  const segments = addKnown([tcp['OutSegs'] ?? null, tcp['RetransSegs'] ?? null]);
  const loop = counters('lo', delta)['txPackets'] ?? 0;
  const known = octets !== null && frames !== null && segments !== null;
  const hidden = known ? Math.max(0, segments - frames - loop) : 0;
  return {
    layers: {
      wireOctets: known ? ipOctets(octets + hidden * TCP_HEADERS.ipv4) : null,
      ipOctets: branded(octets, ipOctets),
      linkBytes: branded(sumOf(devices, 'txBytes', delta), linkBytes),
      packets: known ? packets(frames + hidden) : null,
    },
    bound: known ? Math.max(hidden, segments - hidden) * TCP_HEADERS.ipv6 : null,
  };
}

function counters(device: string, delta: CounterDelta): Increments {
  // A device may have the name of something that every object has.
  const found = Object.hasOwn(delta.devices, device) ? delta.devices[device] : undefined;
  return found && found.kind !== 'vanished' ? found.counters : {};
}

const sumOf = (devices: readonly string[], name: string, delta: CounterDelta) =>
  addKnown(devices.map((device) => counters(device, delta)[name] ?? null));

function deviceOctets(devices: readonly string[], way: 'rx' | 'tx', delta: CounterDelta): number | null {
  const [bytes, frames] = [sumOf(devices, `${way}Bytes`, delta), sumOf(devices, `${way}Packets`, delta)];
  return bytes === null || frames === null ? null : bytes - ETHERNET_HEADER * frames;
}

const branded = <T>(count: number | null, brand: (count: number) => T) => (count === null ? null : brand(count));
