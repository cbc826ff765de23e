import type { CounterDelta } from '../counters/delta.js';
import type { InOut, Layers } from '../measurement/traffic.js';
import { ETHERNET_HEADER, ipOctets, linkBytes, packets } from '../units.js';
import type { WireDelta } from './queue-delta.js';
import { countersNamed } from './shared/device-counters.js';
import { pastQueue } from './veth/past-queue.js';

/** What `lo` and its queue counted. Frames are handed to it without their Ethernet header, which its queue has seen. */
export function loopbackCount(wire: WireDelta, delta: CounterDelta) {
  const { rxBytes: octets, rxPackets } = countersNamed('lo', delta);
  const framed = octets === undefined || rxPackets === undefined ? undefined : octets + ETHERNET_HEADER * rxPackets;
  return { queue: wire['lo.out'], octets, link: { octets: framed, packets: rxPackets } };
}

/** Octets of frames, at least, that stayed on loopback and its queue has not seen. Their segments may be of any kind. */
export const pastLoopback = ({ queue, link }: ReturnType<typeof loopbackCount>): number =>
  queue ? pastQueue('ipv4', queue, link, undefined) : 0;

/** Loopback by its device alone, which hands over frames without their Ethernet header; nothing says what a wire would carry. */
export function deviceLoopback(delta: CounterDelta): InOut<Layers> {
  const device = delta.devices['lo'];
  const { rxBytes, rxPackets } = device && device.kind !== 'vanished' ? device.counters : {};
  const layers: Layers = {
    wireOctets: null,
    ipOctets: rxBytes === undefined ? null : ipOctets(rxBytes),
    linkBytes: rxBytes === undefined ? null : linkBytes(rxBytes),
    packets: rxPackets === undefined ? null : packets(rxPackets),
  };
  return { in: layers, out: layers };
}
