import { countersOf, countersOf6, packetsTogether } from '../machine/kernel-counters.js';
import type { WireReading } from '../scope.js';
import { readText } from '../tools/read-text.js';
import { hostLosses } from './host-losses.js';

/** ICMP's errors by the kernel's names (net/ipv4/proc.c, net/ipv6/proc.c); ICMPv6 has one more. */
const ERRORS = ['InDestUnreachs', 'InTimeExcds', 'InParmProbs'] as const;
const ERRORS6 = ['Icmp6InDestUnreachs', 'Icmp6InPktTooBigs', 'Icmp6InTimeExcds', 'Icmp6InParmProblems'] as const;

/**
 * What this host got and no tap shows: ICMP errors, which the sockets of the program that carries the packets take, and
 * fragments, which the host puts together; and segments that it retransmitted for that program. They may be others' too: a bound.
 * @param read reads a file of the kernel's; undefined: it cannot be read
 * @returns in packets, `host4.errors` and `host4.fragments`, the same of IPv6, and `host.retransmitted` of both; and host-losses.ts
 */
export function readHostCounters(read: (file: string) => string | undefined = readText): WireReading {
  const [netstat, snmp, snmp6] = ['netstat', 'snmp', 'snmp6'].map((name) => read(`/proc/net/${name}`));
  const four = countersOf(snmp ?? '');
  const six = countersOf6(snmp6 ?? '');
  return {
    ...hostLosses({ netstat, snmp, snmp6 }, read),
    'host4.errors': packetsTogether(ERRORS.map((name) => four.get(`Icmp.${name}`))),
    'host4.fragments': packetsTogether([four.get('Ip.ReasmReqds')]),
    'host.retransmitted': packetsTogether([four.get('Tcp.RetransSegs')]),
    'host6.errors': packetsTogether(ERRORS6.map((name) => six.get(name))),
    'host6.fragments': packetsTogether([six.get('Ip6ReasmReqds')]),
  };
}
