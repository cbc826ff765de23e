import type { CounterDelta } from '../../counters/delta.js';
import { ipOctets, linkBytes, packets } from '../../units.js';
import type { Count } from '../count.js';
import { deviceLoopback } from '../loopback.js';
import type { WireDelta } from '../queue-delta.js';
import type { DeviceFlow } from './device-counters.js';
import { receivedBy } from './device-received.js';
import { pastQueues, sentBy } from './device-sent.js';

/**
 * Traffic of a namespace that netmeter did not make: by the IP layer's counters in, by the devices' own queues out where
 * they are readable, else by the devices and TCP's count of segments.
 * @param devices the ones whose other end is the outside, none twice
 */
export function deviceTraffic(devices: readonly string[], wire: WireDelta, delta: CounterDelta): Count {
  const apart = devices.length === 0 ? withoutDevices(delta) : undefined;
  const incoming = apart ?? receivedBy(devices, delta);
  const outgoing = apart ?? sentBy(devices, wire, delta);
  const past = pastQueues(devices, wire, delta);
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
    ...(past.length > 0 && { past }),
  };
}

/** No device leads outside: nothing can have passed, unless one moved that is not known to. */
function withoutDevices({ devices }: CounterDelta): DeviceFlow {
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
