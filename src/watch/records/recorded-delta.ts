import type { CounterDelta } from '../../counters/delta.js';
import type { InOut, Layers } from '../../measurement/traffic.js';
import { deviceTraffic } from '../../traffic/shared/device-traffic.js';
import type { Amount, RecordedDelta } from './record.js';

/**
 * Turns increments into what a record says.
 * @param outside the devices whose other end is the outside, none twice
 * @param evened the increments without what an earlier interval has already
 */
export function recordedDelta(
  from: string,
  outside: readonly string[],
  delta: CounterDelta,
  evened = delta,
): RecordedDelta {
  const { traffic, method } = deviceTraffic(outside, {}, evened);
  const lo = delta.devices['lo'];
  const ext = delta.netstat['IpExt'] ?? {};
  const { snmp6 } = delta;
  const devices = Object.entries(delta.devices).filter(([name]) => name !== 'lo');
  return {
    from,
    elapsedMs: delta.elapsedMs,
    external: {
      in: amount(traffic.external.in, method.errorBound.in),
      out: amount(traffic.external.out, method.errorBound.out),
    },
    loopback: (lo && lo.kind !== 'vanished' ? lo.counters['rxBytes'] : undefined) ?? null,
    raw: {
      ipv4: { in: ext['InOctets'] ?? null, out: ext['OutOctets'] ?? null },
      ipv6: snmp6 ? { in: snmp6['Ip6InOctets'] ?? null, out: snmp6['Ip6OutOctets'] ?? null } : null,
    },
    devices: Object.fromEntries(
      devices.map(([name, device]): [string, InOut<number | null>] => {
        const { rxBytes, txBytes } = device.kind === 'vanished' ? {} : device.counters;
        return [name, { in: rxBytes ?? null, out: txBytes ?? null }];
      }),
    ),
  };
}

function amount({ wireOctets, ipOctets }: Layers, errorBound: number | null): Amount {
  const wire = possible(wireOctets);
  return { wireOctets: wire, errorBound: wire === null ? null : errorBound, ipOctets: possible(ipOctets) };
}

/** Bytes and packets of a device are no one instant's: less than nothing is no amount. */
const possible = (octets: number | null) => (octets === null || octets < 0 ? null : octets);
