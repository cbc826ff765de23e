import type { CounterDelta } from '../counters/delta.js';
import type { InOut, Layers } from '../measurement/traffic.js';
import { ipOctets, linkBytes, packets } from '../units.js';

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
