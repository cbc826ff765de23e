import type { CounterDelta } from '../../counters/delta.js';
import { ETHERNET_HEADER, ipOctets, linkBytes, packets } from '../../units.js';
import type { PastQueue } from '../count.js';
import { TCP_HEADERS } from '../hidden-segments.js';
import { addKnown } from '../layers.js';
import type { WireDelta } from '../queue-delta.js';
import { hiddenDatagrams, mostHidden, SHORTEST_UDP, UDP_HEADERS } from '../udp-segments.js';
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

/** The octets of an ARP packet, which devices and queues count and the IP layer does not. */
const ARP = 28;

/** What devices sent: by their own queues where they are readable, else by the devices and TCP's count of segments. */
export const sentBy = (devices: readonly string[], wire: WireDelta, delta: CounterDelta): DeviceFlow =>
  byQueues(devices, wire, delta) ?? byDevices(devices, delta);

/** What a card may count of each frame beyond its bytes: the check sequence, tags of VLANs. */
const BEYOND_FRAME = 24;

/** Devices that sent more than their queues have seen. */
export function pastQueues(devices: readonly string[], wire: WireDelta, delta: CounterDelta): PastQueue[] {
  return devices.flatMap((device) => {
    const { txBytes = 0, txPackets = 0 } = countersNamed(device, delta);
    const octets = txBytes - BEYOND_FRAME * txPackets - (wire[`${device}.out`]?.bytes ?? Infinity);
    return octets > 0 ? [{ device, octets }] : [];
  });
}

function byQueues(devices: readonly string[], wire: WireDelta, delta: CounterDelta): DeviceFlow | undefined {
  const queues = devices.map((device) => wire[`${device}.out`]);
  if (devices.length === 0 || queues.some((queue) => queue === undefined)) return undefined;
  const bytes = queues.reduce((total, queue) => total + (queue?.bytes ?? 0), 0);
  const count = queues.reduce((total, queue) => total + (queue?.packets ?? 0), 0);
  const isWhole = pastQueues(devices, wire, delta).length === 0;
  return {
    layers: {
      wireOctets: isWhole ? ipOctets(bytes - ETHERNET_HEADER * count) : null,
      ipOctets: branded(deviceOctets(devices, 'out', delta), ipOctets),
      linkBytes: branded(sumOf(devices, 'txBytes', delta), linkBytes),
      packets: isWhole ? packets(count) : null,
    },
    // Neighbours are asked for at most once a second.
    bound: !isWhole ? null : bytes === 0 ? 0 : ARP * devices.length * Math.ceil(delta.elapsedMs / 1000),
  };
}

/**
 * TCP counts the segments that it sends, loopback's and other devices' too; those beyond the devices' packets were inside GSO
 * packets, as far as these had room for them.
 */
function byDevices(devices: readonly string[], delta: CounterDelta): DeviceFlow {
  const isShared = othersCarried(devices, 'out', delta);
  if (isShared && carriedNothing(devices, 'out', delta)) return NO_FLOW;
  const octets = deviceOctets(devices, 'out', delta);
  const frames = sumOf(devices, 'txPackets', delta);
  const tcp = delta.snmp['Tcp'] ?? {};
  const segments = addKnown([tcp['OutSegs'] ?? null, tcp['RetransSegs'] ?? null]);
  const loop = countersNamed('lo', delta)['txPackets'] ?? 0;
  const known = octets !== null && frames !== null && segments !== null;
  const most = known ? Math.min(segments, isShared ? mostHidden(octets, frames) : Infinity) : 0;
  const hidden = known ? Math.min(most, Math.max(0, segments - frames - loop)) : 0;
  const added = hidden * TCP_HEADERS.ipv4;
  return {
    layers: {
      wireOctets: known ? ipOctets(octets + added) : null,
      ipOctets: branded(octets, ipOctets),
      linkBytes: branded(sumOf(devices, 'txBytes', delta), linkBytes),
      packets: known ? packets(frames + hidden) : null,
    },
    bound: known
      ? Math.max(added, most * TCP_HEADERS.ipv6 - added) +
        hiddenDatagrams(delta, octets - frames * SHORTEST_UDP) * UDP_HEADERS
      : null,
  };
}
