import type { CounterDelta, Increments } from '../counters/delta.js';
import { addKnown } from './layers.js';

/** IP and TCP headers of a segment with timestamps, the usual ones. */
export const TCP_HEADERS = { ipv4: 52, ipv6: 72 } as const;

/**
 * How far the headers of a segment inside a GSO packet can be from the usual ones: UDP's are 24 octets shorter, TCP's
 * with all options 28 longer. Packets with IP options are never merged.
 */
export const HEADER_SPREAD = 28;

/**
 * Wire segments that arrived inside GSO packets: the ECN counters count segments, InReceives counts packets.
 * Looped multicast is in both.
 */
export function hiddenSegments(ip: Increments): number | undefined {
  const ecn = addKnown([ip['noEct'], ip['ect0'], ip['ect1'], ip['ce']].map((count) => count ?? null));
  const receives = ip['receives'];
  return ecn === null || receives === undefined ? undefined : Math.max(0, ecn - receives);
}

export function ipv4Counters({ netstat, snmp }: CounterDelta): Increments {
  const ext = netstat['IpExt'] ?? {};
  return present({
    noEct: ext['InNoECTPkts'],
    ect0: ext['InECT0Pkts'],
    ect1: ext['InECT1Pkts'],
    ce: ext['InCEPkts'],
    receives: snmp['Ip']?.['InReceives'],
  });
}

export function ipv6Counters({ snmp6 = {} }: CounterDelta): Increments {
  return present({
    noEct: snmp6['Ip6InNoECTPkts'],
    ect0: snmp6['Ip6InECT0Pkts'],
    ect1: snmp6['Ip6InECT1Pkts'],
    ce: snmp6['Ip6InCEPkts'],
    receives: snmp6['Ip6InReceives'],
  });
}

const present = (counters: Record<string, number | undefined>): Increments =>
  Object.fromEntries(Object.entries(counters).filter((entry): entry is [string, number] => entry[1] !== undefined));
