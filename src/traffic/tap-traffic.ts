import type { CounterDelta, Increments } from '../counters/delta.js';
import type { InOut, Layers } from '../measurement.js';
import { ipOctets, linkBytes, packets } from '../units.js';
import type { Count } from './count-traffic.js';
import { deviceLoopback } from './loopback.js';

const ETHERNET_HEADER = 14;

/**
 * How far a tap's octets are from the wire's, as a share of both directions together: the carrier's own connections
 * have other headers (timestamps) and acknowledge at other moments. Measured by test/namespace/is-accurate.test.ts.
 */
const TAP_ERROR = 0.01;

/**
 * Traffic of a namespace whose packets a program carries through a tap. A tap is handed no super-packets: the device's
 * bytes are those of single frames.
 */
export function tapTraffic(device: string, delta: CounterDelta): Count {
  const found = delta.devices[device];
  const link: Increments = found && found.kind !== 'vanished' ? found.counters : {};
  const external = {
    in: layersOf(link['rxBytes'], link['rxPackets']),
    out: layersOf(link['txBytes'], link['txPackets']),
  };
  const bound = errorOf(external);
  return {
    traffic: { external, loopback: deviceLoopback(delta) },
    method: { name: 'tap', errorBound: { in: bound, out: bound }, packetsIn: 'device' },
  };
}

function layersOf(bytes: number | undefined, frames: number | undefined): Layers {
  const octets = bytes === undefined || frames === undefined ? null : ipOctets(bytes - ETHERNET_HEADER * frames);
  return {
    wireOctets: octets,
    ipOctets: octets,
    linkBytes: bytes === undefined ? null : linkBytes(bytes),
    packets: frames === undefined ? null : packets(frames),
  };
}

function errorOf({ in: incoming, out }: InOut<Layers>): number | null {
  if (incoming.wireOctets === null || out.wireOctets === null) return null;
  return Math.ceil((incoming.wireOctets + out.wireOctets) * TAP_ERROR);
}
