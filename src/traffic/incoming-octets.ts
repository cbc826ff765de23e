import type { CounterDelta } from '../counters/delta.js';
import type { Layers } from '../measurement.js';
import { ipOctets, linkBytes, packets } from '../units.js';
import { type DeviceSums, deviceCounters, type LinkSum, neededSegments } from './device-sums.js';
import { HEADER_SPREAD, hiddenSegments, ipv4Counters, ipv6Counters, TCP_HEADERS } from './hidden-segments.js';
import { addKnown } from './layers.js';

const ETHERNET_HEADER = 14;

/** One direction of what is external, and how far its wire octets can be off; null: no bound is known. */
export type Flow = { readonly layers: Layers; readonly bound: number | null };

type Counted = {
  /** Octets of all packets that the IP layer took in, loopback's left out. */
  readonly octets: number;
  /** The same in segments, as the wire had them. */
  readonly segments: number;
  /** Segments that arrived inside super-packets, and the octets of their headers. */
  readonly hidden: number;
  readonly hiddenHeaders: number;
};

/**
 * What came in by the IP layer's counters: `InOctets` is of super-packets, and each segment that arrived inside one adds
 * its own headers, which are TCP's usual ones.
 * @param ofLoopback how many of the hidden segments may have been loopback's
 */
export function incomingOctets({ rx }: DeviceSums, ofLoopback: number, delta: CounterDelta): Flow {
  const counted = countedByIp(delta);
  if (!counted || !rx) return unknown(rx);
  // More than the devices brought was taken in twice: out of a tunnel, or from a bridge on this machine.
  const isDoubled = counted.octets > rx.bytes;
  return isDoubled ? byDevices(rx, counted) : byIp(rx, counted, ofLoopback);
}

function byIp(rx: LinkSum, { octets, segments, hidden, hiddenHeaders }: Counted, ofLoopback: number): Flow {
  return {
    layers: {
      wireOctets: ipOctets(octets + hiddenHeaders),
      ipOctets: ipOctets(octets),
      linkBytes: linkBytes(rx.bytes),
      packets: packets(segments),
    },
    bound: hidden * HEADER_SPREAD + ofLoopback * TCP_HEADERS.ipv6,
  };
}

/** Nobody knows whose the hidden segments were: as many as full segments need are taken to be the devices'. */
function byDevices(rx: LinkSum, { hidden }: Counted): Flow {
  const own = Math.min(hidden, neededSegments(rx));
  return {
    layers: {
      wireOctets: ipOctets(rx.octets + own * TCP_HEADERS.ipv4),
      ipOctets: ipOctets(rx.octets),
      linkBytes: linkBytes(rx.bytes),
      packets: packets(rx.frames + own),
    },
    // A device that merges packets itself counts them without their Ethernet header.
    bound: Math.max(own, hidden - own) * TCP_HEADERS.ipv6 + own * HEADER_SPREAD + ETHERNET_HEADER * rx.frames,
  };
}

function countedByIp(delta: CounterDelta): Counted | undefined {
  const [four, six] = [ipv4Counters(delta), ipv6Counters(delta)];
  const { snmp6 } = delta;
  const hidden4 = hiddenSegments(four);
  const hidden6 = snmp6 ? hiddenSegments(six) : 0;
  const received = addKnown([four['receives'] ?? null, snmp6 ? (six['receives'] ?? null) : 0]);
  const all = addKnown([delta.netstat['IpExt']?.['InOctets'] ?? null, snmp6 ? (snmp6['Ip6InOctets'] ?? null) : 0]);
  const { rxBytes, rxPackets } = deviceCounters('lo', delta);
  if (all === null || received === null || hidden4 === undefined || hidden6 === undefined) return undefined;
  if (rxBytes === undefined || rxPackets === undefined) return undefined;
  return {
    octets: Math.max(0, all - rxBytes),
    segments: Math.max(0, received + hidden4 + hidden6 - rxPackets),
    hidden: hidden4 + hidden6,
    hiddenHeaders: hidden4 * TCP_HEADERS.ipv4 + hidden6 * TCP_HEADERS.ipv6,
  };
}

const unknown = (link: LinkSum | null): Flow => ({
  layers: {
    wireOctets: null,
    ipOctets: link && ipOctets(link.octets),
    linkBytes: link && linkBytes(link.bytes),
    packets: null,
  },
  bound: null,
});
