import type { QueueReading } from '../scope.js';

/** By name, as /proc/net/snmp has them: two lines a group, its names, and its values. `Icmp.InErrors` */
export function countersOf(snmp: string): ReadonlyMap<string, bigint> {
  const lines = snmp.split('\n').map((line) => line.split(' '));
  const pairs = lines.flatMap(([group = '', ...names], index) => {
    const [same, ...values] = lines[index + 1] ?? [];
    if (same !== group || index % 2 === 1) return [];
    return names.map((name, at) => [`${group.slice(0, -1)}.${name}`, big(values[at])] as const);
  });
  return new Map(pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** By name, as /proc/net/snmp6 and /proc/net/dev_snmp6 have them: a line a counter. `Icmp6InErrors` */
export const countersOf6 = (snmp6: string): ReadonlyMap<string, bigint> =>
  new Map([...snmp6.matchAll(/^(\w+)\s+(\d+)$/gm)].map(([, name = '', value = '0']) => [name, BigInt(value)]));

/** Counted packets together; undefined where one of them is not known. */
export function packetsTogether(values: readonly (bigint | undefined)[]): QueueReading | undefined {
  if (values.includes(undefined)) return undefined;
  return { bytes: 0n, packets: values.reduce<bigint>((total, value) => total + (value ?? 0n), 0n) };
}

const big = (value: string | undefined) => (value !== undefined && /^\d+$/.test(value) ? BigInt(value) : undefined);
