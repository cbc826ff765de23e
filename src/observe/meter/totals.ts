import type { Assembler } from '../../linux/bpf/assembler.js';
import type { Register } from '../../linux/bpf/instruction.js';
import { recordOf } from '../../linux/bpf/record.js';

/**
 * Where a packet went or came from, as the command's tree sees it. near: by a device that may lead to a namespace that the command
 * has made, to an address that was in none of those by then. nested: between a namespace that the command has made
 * and somebody outside of those, for whom it is forwarded. entered: of a namespace that was there before the command, which one of its
 * processes has gone into. inner: by a device that leads out of none of netmeter's links, but
 * to namespaces and tunnels of the command's own; in place, between the command's own namespaces.
 */
export const CLASSES = ['external', 'near', 'nested', 'entered', 'loopback', 'hostLocal', 'inner'] as const;
/** So many classes, the first, are of the outside. */
export const CLASSES_OUTSIDE = 4;
export const FAMILIES = ['ipv4', 'ipv6'] as const;
export const PROTOCOLS = ['tcp', 'udp', 'icmp', 'other'] as const;
export const WAYS = ['in', 'out'] as const;

type TrafficClass = (typeof CLASSES)[number];
type MeteredProtocol = (typeof PROTOCOLS)[number];
export type Way = (typeof WAYS)[number];

/** What is counted of each class, family, protocol and direction. */
export const TOTAL = recordOf(
  /** IP octets as on the wire: each segment and fragment with its own headers. */
  'wireOctets',
  /** IP octets as the socket layer handles them: one header for a GSO packet or a datagram. */
  'ipOctets',
  /** Packets on the wire. */
  'packets',
  /** Octets behind all headers, a segment or datagram that was sent twice counted twice. */
  'payload',
  /** Datagrams longer than the device's MTU, and the fragments that they make at this MTU. */
  'fragmented',
  'fragments',
  /** Datagrams whose device's MTU was not known: whether they are fragmented is not either. */
  'unknownMtu',
  /** IP octets that a raw socket received, of which every other such socket gets a copy too. */
  'rawOctets',
);

type Total = ReturnType<(typeof TOTAL)['sum']>;

/** So many stand one behind the other: by class, family, protocol and direction, each in its place. */
export const TOTALS_COUNT = CLASSES.length * FAMILIES.length * PROTOCOLS.length * WAYS.length;

/** How much one step of each adds to the index. */
export const STEP = {
  class: FAMILIES.length * PROTOCOLS.length * WAYS.length,
  family: PROTOCOLS.length * WAYS.length,
  protocol: WAYS.length,
  way: 1,
} as const;

/** How much a class adds to the index. */
export const classStep = (name: TrafficClass): number => CLASSES.indexOf(name) * STEP.class;

export type TotalOf = {
  readonly class: TrafficClass;
  readonly family: (typeof FAMILIES)[number];
  readonly protocol: MeteredProtocol;
  readonly way: Way;
  readonly count: Total;
};

/** Reads the totals of all CPUs together. Those without a packet are left out: they are most. */
export function decodeTotals(values: Buffer): TotalOf[] {
  const all = TOTALS_COUNT * TOTAL.size;
  const isCounted = (at: number) => values.readBigUInt64LE(at + TOTAL.at.packets) > 0n;
  return Array.from({ length: TOTALS_COUNT }, (_, index) => index).flatMap((index) => {
    const cpus: Buffer[] = [];
    for (let at = index * TOTAL.size; at < values.length; at += all)
      if (isCounted(at)) cpus.push(values.subarray(at, at + TOTAL.size));
    return cpus.length === 0 ? [] : [{ ...placeOf(index), count: TOTAL.sum(Buffer.concat(cpus)) }];
  });
}

/** Has r0, which points to the totals, point to that of the index in `index`, a register that is lost; else control goes to `none`. */
export const atTotal = (code: Assembler, index: Register, none: string): Assembler =>
  code
    .jumpIf('r0', '==', 0, none)
    .jumpIf(index, '>=', TOTALS_COUNT, none)
    .compute('multiply', index, TOTAL.size)
    .compute('add', 'r0', index);

/** What an index stands for. */
export function placeOf(index: number): Omit<TotalOf, 'count'> {
  const of = <T>(names: readonly T[], step: number) => names[Math.floor(index / step) % names.length] as T;
  return {
    class: of(CLASSES, STEP.class),
    family: of(FAMILIES, STEP.family),
    protocol: of(PROTOCOLS, STEP.protocol),
    way: of(WAYS, STEP.way),
  };
}
