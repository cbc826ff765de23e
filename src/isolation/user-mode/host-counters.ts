import type { WireReading } from '../scope.js';
import { readText } from '../tools/read-text.js';

/** ICMP's errors by the kernel's names (net/ipv4/proc.c, net/ipv6/proc.c); ICMPv6 has one more. */
const ERRORS = ['InDestUnreachs', 'InTimeExcds', 'InParmProbs'] as const;
const ERRORS6 = ['Icmp6InDestUnreachs', 'Icmp6InPktTooBigs', 'Icmp6InTimeExcds', 'Icmp6InParmProblems'] as const;

/**
 * What this host got and no tap shows: ICMP errors, which the sockets of the program that carries the packets take, and
 * fragments, which the host puts together. They may be others' too: a bound.
 * @param read reads a file of the kernel's; undefined: it cannot be read
 * @returns in packets, `host4.errors` and `host4.fragments`, and the same of IPv6
 */
export function readHostCounters(read: (file: string) => string | undefined = readText): WireReading {
  const four = valuesOf(read('/proc/net/snmp') ?? '');
  const six = valuesOf6(read('/proc/net/snmp6') ?? '');
  return {
    'host4.errors': sum(ERRORS.map((name) => four.get(`Icmp.${name}`))),
    'host4.fragments': sum([four.get('Ip.ReasmReqds')]),
    'host6.errors': sum(ERRORS6.map((name) => six.get(name))),
    'host6.fragments': sum([six.get('Ip6ReasmReqds')]),
  };
}

function sum(values: readonly (bigint | undefined)[]) {
  if (values.includes(undefined)) return undefined;
  return { bytes: 0n, packets: values.reduce<bigint>((total, value) => total + (value ?? 0n), 0n) };
}

/** Two lines a group: its names, and its values. */
function valuesOf(snmp: string): ReadonlyMap<string, bigint> {
  const lines = snmp.split('\n').map((line) => line.split(' '));
  const pairs = lines.flatMap(([group = '', ...names], index) => {
    const [same, ...values] = lines[index + 1] ?? [];
    if (same !== group || index % 2 === 1) return [];
    return names.map((name, at) => [`${group.slice(0, -1)}.${name}`, big(values[at])] as const);
  });
  return new Map(pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** A line a counter. */
const valuesOf6 = (snmp6: string): ReadonlyMap<string, bigint> =>
  new Map([...snmp6.matchAll(/^(\w+)\s+(\d+)$/gm)].map(([, name = '', value = '0']) => [name, BigInt(value)]));

const big = (value: string | undefined) => (value !== undefined && /^\d+$/.test(value) ? BigInt(value) : undefined);
