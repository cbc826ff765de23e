import type { CounterDelta } from '../../counters/delta.js';
import type { Family, InOut, Layers } from '../../measurement/traffic.js';
import { ipOctets, packets, toExactNumber } from '../../units.js';
import type { Count } from '../count.js';
import { addKnown } from '../layers.js';
import type { WireDelta } from '../queue-delta.js';
import { separateHostPorts } from '../separate-host-ports.js';
import { boundOf, type Doubted, treeDoubts } from './tree-bound.js';
import { REASONS } from './tree-reasons.js';

type TreeClass = 'external' | 'nested' | 'loopback' | 'hostLocal' | 'inner';
const WAYS = ['in', 'out'] as const;
export type Way = (typeof WAYS)[number];

/** What the kernel has counted of one class, family, protocol and direction of a tree's sockets. */
export type TreeCount = {
  readonly class: TreeClass;
  readonly family: Family;
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'other';
  readonly way: Way;
  readonly count: Readonly<
    Record<
      'wireOctets' | 'ipOctets' | 'packets' | 'payload' | 'fragmented' | 'fragments' | 'unknownMtu' | 'rawOctets',
      bigint
    >
  >;
};

/** What was counted besides, of the whole namespace. */
export type Beside = {
  readonly wire: WireDelta;
  readonly delta: CounterDelta;
  /** Connections that may have had packets when they were no socket any more, unseen. */
  readonly unseen: number;
  /** IP octets of datagrams, at most, that came for sockets that were closed. null: nobody has seen them. */
  readonly late: number | null;
  /** Octets that were handed to packet sockets, and are not in the counts. null: the kernel does not tell. */
  readonly sentPastIp: number | null;
  /** Octets of namespaces that the command has made, of which it is not known whether they left as they are. */
  readonly nested?: InOut<number> | undefined;
};

const NONE = { in: 0, out: 0 };

/** Traffic of a tree whose sockets were counted one by one, wherever they are. */
export function treeTraffic(
  counts: readonly TreeCount[],
  { wire, delta, unseen, late, sentPastIp, nested = NONE }: Beside,
): Count {
  const of = (name: TreeClass, families: readonly Family[]) => flow(counts, name, families);
  const external = of('external', ['ipv4', 'ipv6']);
  const traffic = {
    external: { ...external, ipv4: of('external', ['ipv4']), ipv6: of('external', ['ipv6']) },
    loopback: of('loopback', ['ipv4', 'ipv6']),
    hostLocal: of('hostLocal', ['ipv4', 'ipv6']),
  };
  const [doubtsIn, doubtsOut] = WAYS.map((way) => treeDoubts(counts, way, { delta, unseen, late }));
  const reasons = reasonsOf([...(doubtsIn ?? []), ...(doubtsOut ?? [])], sentPastIp);
  return {
    traffic: separateHostPorts(traffic, wire, true),
    ...(sentPastIp && { sentPastIp }),
    ...(nested.in + nested.out > 0 && { nestedUnsure: nested.in + nested.out }),
    method: {
      name: 'cgroup',
      errorBound: {
        in: addKnown([boundOf(doubtsIn ?? []), nested.in, sentPastIp === 0 ? 0 : null]),
        out: addKnown([boundOf(doubtsOut ?? []), sentPastIp, nested.out]),
      },
      ...(reasons.length > 0 && { reasons }),
      packetsIn: 'cgroup',
    },
  };
}

/** What nested namespaces add to the bounds has a warning of its own. */
function reasonsOf(doubts: readonly Doubted[], sentPastIp: number | null): string[] {
  const causes: string[] = doubts.map(({ by }) => REASONS[by]);
  if (sentPastIp === null) causes.push(REASONS['unseen-sends']);
  if (sentPastIp) causes.push(REASONS['packet-sockets']);
  return [...new Set(causes)];
}

/** External octets so far. */
export function treeOctets(counts: readonly TreeCount[]): InOut<bigint> {
  const isOutside = (each: TreeCount) => each.class === 'external' || each.class === 'nested';
  const octets = (way: Way) => sum(counts, (each) => isOutside(each) && each.way === way, 'wireOctets');
  return { in: octets('in'), out: octets('out') };
}

/** Octets of every class, to tell whether anything moves. */
export const allOctets = (counts: readonly TreeCount[]): bigint => sum(counts, () => true, 'wireOctets');

function flow(counts: readonly TreeCount[], name: TreeClass, families: readonly Family[]): InOut<Layers> {
  const layers = (way: Way): Layers => {
    const isOurs = (each: TreeCount) => each.class === name && each.way === way && families.includes(each.family);
    const number = (field: keyof TreeCount['count']) => allOf(counts, isOurs, field);
    return {
      wireOctets: ipOctets(number('wireOctets')),
      ipOctets: ipOctets(number('ipOctets')),
      // There are no frames where packets are counted.
      linkBytes: null,
      packets: packets(number('packets')),
    };
  };
  return { in: layers('in'), out: layers('out') };
}

/** A field of those that are counted, as a number. @throws {Error} it is too large to be exact */
export const allOf = (...of: Parameters<typeof sum>): number => toExactNumber(sum(...of));

function sum(
  counts: readonly TreeCount[],
  isCounted: (each: TreeCount) => boolean,
  field: keyof TreeCount['count'],
): bigint {
  return counts.filter(isCounted).reduce((total, { count }) => total + count[field], 0n);
}
