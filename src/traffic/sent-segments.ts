import type { CounterDelta } from '../counters/delta.js';
import { type DeviceSums, deviceCounters, neededSegments } from './device-sums.js';
import { HEADER_SPREAD, hiddenSegments, ipv4Counters, ipv6Counters, TCP_HEADERS } from './hidden-segments.js';
import { addKnown } from './layers.js';

/** UDP_MAX_SEGMENTS of <linux/udp.h>: what one datagram can be cut into below the socket. */
const UDP_SEGMENTS = 128;
/** IP and UDP headers of the larger family. */
const UDP_HEADERS = 48;
/** No frame of less than this holds two segments that were worth merging. */
const LEAST_SUPER_PACKET = 1000;

/** Segments that left inside super-packets, the octets of their headers, and how far those can be off; null: no bound. */
export type HiddenOut = { readonly segments: number; readonly headers: number; readonly bound: number | null };

/**
 * TCP counts each segment that it sends, a device each frame: what TCP sent beyond the frames was inside super-packets.
 * @returns undefined: the kernel does not say
 */
export function hiddenOut(sums: DeviceSums, delta: CounterDelta): HiddenOut | undefined {
  const all = segmentsBeyondFrames(sums, delta);
  if (all === undefined || !sums.tx) return undefined;
  // Where other devices sent too, a bridge's say, any of the segments may have been theirs.
  const isDivided = sentElsewhere(sums.names, delta);
  const segments = isDivided ? Math.min(all, neededSegments(sums.tx)) : all;
  const { headers, mixed } = headersOf(segments, delta);
  const ofLoopback = Math.min(segments, loopbackSegments(sums, undefined, delta));
  const elsewhere = isDivided ? Math.max(segments, all - segments) : ofLoopback;
  const bound = segments * HEADER_SPREAD + mixed + elsewhere * TCP_HEADERS.ipv6 + ofDatagrams(sums.tx.octets, delta);
  // What was forwarded for others is in the frames, and not in TCP's count.
  return { segments, headers, bound: forwards(delta) ? null : bound };
}

/**
 * How many of the super-packets' segments that the IP layer saw may have been loopback's, at most: it splits a packet in
 * two, rarely, and TCP has sent no more than it counted.
 * @param queued segments that left hidden by the devices' queues, where those are readable
 */
export function loopbackSegments(sums: DeviceSums, queued: number | undefined, delta: CounterDelta): number {
  const frames = deviceCounters('lo', delta)['rxPackets'] ?? 0;
  const sent = segmentsBeyondFrames(sums, delta) ?? frames;
  return Math.min(hiddenIn(delta) ?? frames, frames, Math.max(0, sent - (queued ?? 0)));
}

/** Datagrams may have been handed over many at once too, and nobody counts their parts. */
function ofDatagrams(octets: number, delta: CounterDelta): number {
  const parts = (sentOf('Udp', 'OutDatagrams', delta) ?? 0) * (UDP_SEGMENTS - 1);
  return Math.floor(Math.min(parts, octets / LEAST_SUPER_PACKET)) * UDP_HEADERS;
}

/** Of loopback and the devices together. */
function segmentsBeyondFrames({ tx }: DeviceSums, delta: CounterDelta): number | undefined {
  const { Tcp: tcp = {} } = delta.snmp;
  const segments = addKnown([tcp['OutSegs'] ?? null, tcp['RetransSegs'] ?? null]);
  const loop = deviceCounters('lo', delta)['txPackets'];
  const others = (sentOf('Udp', 'OutDatagrams', delta) ?? 0) + (sentOf('Icmp', 'OutMsgs', delta) ?? 0);
  if (segments === null || loop === undefined || !tx) return undefined;
  return Math.max(0, segments + others - tx.frames - loop);
}

/** Both families. */
function sentOf(protocol: 'Udp' | 'Icmp', counter: string, { snmp, snmp6 }: CounterDelta): number | null {
  return addKnown([snmp[protocol]?.[counter] ?? null, snmp6 ? (snmp6[`${protocol}6${counter}`] ?? null) : 0]);
}

/** TCP counts both families as one: the headers by their shares of the octets, and what that can be off by. */
function headersOf(segments: number, { netstat, snmp6 = {} }: CounterDelta) {
  const four = netstat['IpExt']?.['OutOctets'] ?? 0;
  const six = snmp6['Ip6OutOctets'] ?? 0;
  const share = four + six === 0 ? 0 : six / (four + six);
  const difference = TCP_HEADERS.ipv6 - TCP_HEADERS.ipv4;
  const ofLesser = Math.min(segments, Math.ceil(Math.min(four, six) / LEAST_SUPER_PACKET));
  return {
    headers: Math.round(segments * (TCP_HEADERS.ipv4 + difference * share)),
    mixed: ofLesser * difference,
  };
}

function hiddenIn(delta: CounterDelta): number | undefined {
  const four = hiddenSegments(ipv4Counters(delta));
  const six = delta.snmp6 ? hiddenSegments(ipv6Counters(delta)) : 0;
  return four === undefined || six === undefined ? undefined : four + six;
}

const sentElsewhere = (counted: readonly string[], delta: CounterDelta) =>
  Object.keys(delta.devices).some(
    (name) => name !== 'lo' && !counted.includes(name) && deviceCounters(name, delta)['txPackets'] !== 0,
  );

const forwards = ({ snmp, snmp6 }: CounterDelta) =>
  (snmp['Ip']?.['ForwDatagrams'] ?? 0) + (snmp6?.['Ip6OutForwDatagrams'] ?? 0) > 0;
