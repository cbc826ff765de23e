import type { CounterDelta } from '../../counters/delta.js';
import { addKnown } from '../layers.js';
import { countersNamed, sumOf } from './device-counters.js';

/** Octets of a neighbour solicitation or advertisement (RFC 4861) with its link-layer address. */
const NEIGHBOUR_DISCOVERY = 72;

/**
 * IP octets that somebody exchanged with the outside, both directions; null: the kernel does not say. Multicast,
 * broadcast and the discovery of neighbours, which every network always has, are left out.
 */
export function idleOctets(devices: readonly string[], delta: CounterDelta): number | null {
  const loop = countersNamed('lo', delta);
  const directions = [
    { unicast: unicast('In', delta), loop: loop['rxBytes'], device: sumOf(devices, 'rxBytes', delta) },
    { unicast: unicast('Out', delta), loop: loop['txBytes'], device: sumOf(devices, 'txBytes', delta) },
  ];
  return addKnown(
    directions.map(({ unicast, loop, device }) => {
      if (unicast === null || loop === undefined || device === null) return null;
      // Loopback re-segments below IP, so that the difference can be below what passed; the devices never carry less.
      return Math.min(Math.max(0, unicast - loop), device);
    }),
  );
}

function unicast(way: 'In' | 'Out', { netstat, snmp6 }: CounterDelta): number | null {
  const four = netstat['IpExt'] ?? {};
  const all4 = four[`${way}Octets`];
  if (all4 === undefined) return null;
  const others4 = (four[`${way}McastOctets`] ?? 0) + (four[`${way}BcastOctets`] ?? 0);
  const octets4 = Math.max(0, all4 - others4);
  if (!snmp6) return octets4;
  const all6 = snmp6[`Ip6${way}Octets`];
  if (all6 === undefined) return null;
  const asked = (snmp6[`Icmp6${way}NeighborSolicits`] ?? 0) + (snmp6[`Icmp6${way}NeighborAdvertisements`] ?? 0);
  return octets4 + Math.max(0, all6 - (snmp6[`Ip6${way}McastOctets`] ?? 0) - asked * NEIGHBOUR_DISCOVERY);
}
