import type { CounterDelta } from '../counters/delta.js';
import { ipOctets, linkBytes, packets } from '../units.js';
import type { Count } from './count-traffic.js';
import { type DeviceSums, sumDevices } from './device-sums.js';
import { TCP_HEADERS } from './hidden-segments.js';
import { type Flow, incomingOctets } from './incoming-octets.js';
import { addKnown } from './layers.js';
import { deviceLoopback } from './loopback.js';
import type { QueueDelta, WireDelta } from './queue-delta.js';
import { hiddenOut, loopbackSegments } from './sent-segments.js';

const ETHERNET_HEADER = 14;
/** The octets of an ARP packet, which devices and queues count and the IP layer does not. */
const ARP = 28;

/**
 * Traffic of a namespace that netmeter did not make: in by the IP layer's counters; out by the devices' own queues where
 * they are readable, else by the devices and TCP's count of segments.
 * @param devices the ones whose other end is the outside, none twice
 */
export function deviceTraffic(devices: readonly string[], wire: WireDelta, delta: CounterDelta): Count {
  const sums = sumDevices(devices, delta);
  const queue = sumQueues(devices, wire);
  const hiddenInQueue = queue && sums.tx ? queue.packets - sums.tx.frames : undefined;
  const incoming = incomingOctets(sums, loopbackSegments(sums, hiddenInQueue, delta), delta);
  const outgoing = queue ? byQueue(queue, sums, delta) : byDevices(sums, delta);
  return {
    traffic: { external: { in: incoming.layers, out: outgoing.layers }, loopback: deviceLoopback(delta) },
    method: {
      name: 'proc-estimate',
      errorBound: { in: incoming.bound, out: outgoing.bound },
      packetsIn: 'ecn-counters',
    },
  };
}

/** Undefined unless each device has a queue that could be read to the end. */
function sumQueues(devices: readonly string[], wire: WireDelta): QueueDelta | undefined {
  const queues = devices.map((device) => wire[`${device}.out`]);
  const bytes = addKnown(queues.map((queue) => queue?.bytes ?? null));
  const count = addKnown(queues.map((queue) => queue?.packets ?? null));
  return devices.length === 0 || bytes === null || count === null ? undefined : { bytes, packets: count };
}

/** A queue counts each segment with its own headers. */
function byQueue(queue: QueueDelta, { names, tx }: DeviceSums, delta: CounterDelta): Flow {
  return {
    layers: {
      wireOctets: ipOctets(queue.bytes - ETHERNET_HEADER * queue.packets),
      ipOctets: tx && ipOctets(tx.octets),
      linkBytes: tx && linkBytes(tx.bytes),
      packets: packets(queue.packets),
    },
    bound: queue.bytes === 0 ? 0 : ARP * arpPackets(names, delta),
  };
}

/** A device counts super-packets, whose segments each have headers of their own. */
function byDevices(sums: DeviceSums, delta: CounterDelta): Flow {
  const { tx, names } = sums;
  const hidden = tx ? hiddenOut(sums, delta) : undefined;
  const arp = tx && tx.bytes === 0 ? 0 : arpPackets(names, delta);
  return {
    layers: {
      wireOctets: tx && hidden ? ipOctets(tx.octets + hidden.headers) : null,
      ipOctets: tx && ipOctets(tx.octets),
      linkBytes: tx && linkBytes(tx.bytes),
      packets: tx && hidden ? packets(tx.frames + hidden.segments) : null,
    },
    // An ARP frame also looks like one that TCP has sent.
    bound: hidden && hidden.bound !== null ? hidden.bound + arp * (ARP + TCP_HEADERS.ipv6) : null,
  };
}

/** Neighbours are asked for at most once a second. */
const arpPackets = (devices: readonly string[], delta: CounterDelta) =>
  devices.length * Math.ceil(delta.elapsedMs / 1000);
