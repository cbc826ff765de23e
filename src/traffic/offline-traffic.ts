import type { CounterDelta } from '../counters/delta.js';
import type { Layers } from '../measurement/traffic.js';
import { ipOctets, linkBytes, packets } from '../units.js';
import type { Count } from './count.js';
import { deviceLoopback } from './loopback.js';

const NOTHING: Layers = {
  wireOctets: ipOctets(0),
  ipOctets: ipOctets(0),
  linkBytes: linkBytes(0),
  packets: packets(0),
};

/** Traffic of a namespace that has no way out: zero by construction, not by measurement. */
export const offlineTraffic = (delta: CounterDelta): Count => ({
  traffic: { external: { in: NOTHING, out: NOTHING }, loopback: deviceLoopback(delta) },
  method: { name: 'none', errorBound: { in: 0, out: 0 }, packetsIn: 'device' },
});
