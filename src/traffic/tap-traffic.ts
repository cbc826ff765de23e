import type { CounterDelta, Increments } from '../counters/delta.js';
import type { Layers } from '../measurement.js';
import { ipOctets, linkBytes, packets } from '../units.js';
import type { Count } from './count-traffic.js';
import { deviceLoopback } from './loopback.js';

const ETHERNET_HEADER = 14;

/**
 * How far a direction's octets are from the wire's: the carrier's own connections have other headers (timestamps), and
 * acknowledge what came the other way at other moments, each second packet at most. Measured by
 * test/namespace/user-mode.test.ts.
 */
const HEADER_ERROR = 0.01;
const ACKNOWLEDGEMENT = 72 / 2;

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
  return {
    traffic: { external, loopback: deviceLoopback(delta) },
    method: {
      name: 'tap',
      errorBound: { in: errorOf(external.in, external.out), out: errorOf(external.out, external.in) },
      packetsIn: 'device',
    },
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

function errorOf(own: Layers, other: Layers): number | null {
  if (own.wireOctets === null || other.packets === null) return null;
  return Math.ceil(own.wireOctets * HEADER_ERROR + other.packets * ACKNOWLEDGEMENT);
}
