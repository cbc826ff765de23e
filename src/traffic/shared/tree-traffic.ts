import type { CounterDelta } from '../../counters/delta.js';
import type { Family, InOut, Layers } from '../../measurement/traffic.js';
import { ipOctets, packets, toExactNumber } from '../../units.js';
import type { Count } from '../count.js';
import { addKnown } from '../layers.js';
import type { WireDelta } from '../queue-delta.js';
import { separateHostPorts } from '../separate-host-ports.js';
import { treeBound } from './tree-bound.js';

type TreeClass = 'external' | 'nested' | 'loopback' | 'hostLocal' | 'inner';
export type Way = 'in' | 'out';

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
  /** Octets that were handed to packet sockets, and are not in the counts. null: the kernel does not tell. */
  readonly sentPastIp: number | null;
  /** Octets of namespaces that the command has made, of which it is not known whether they left as they are. */
  readonly nested?: InOut<number> | undefined;
};

/** The tracepoint sock_send_length came with Linux 6.3. */
const UNSEEN_SENDS = 'what packet sockets send is not seen before Linux 6.3';

/** Neither what a program takes from a packet socket, nor the errors that its frames meet. */
const UNSEEN_ANSWERS = 'what packet sockets receive for what they sent has no other socket';

const NONE = { in: 0, out: 0 };

/** Traffic of a tree whose sockets were counted one by one, wherever they are. */
export function treeTraffic(
  counts: readonly TreeCount[],
  { wire, delta, unseen, sentPastIp, nested = NONE }: Beside,
): Count {
  const of = (name: TreeClass, families: readonly Family[]) => flow(counts, name, families);
  const external = of('external', ['ipv4', 'ipv6']);
  const traffic = {
    external: { ...external, ipv4: of('external', ['ipv4']), ipv6: of('external', ['ipv6']) },
    loopback: of('loopback', ['ipv4', 'ipv6']),
    hostLocal: of('hostLocal', ['ipv4', 'ipv6']),
  };
  return {
    traffic: separateHostPorts(traffic, wire, true),
    ...(sentPastIp && { sentPastIp }),
    ...(nested.in + nested.out > 0 && { nestedUnsure: nested.in + nested.out }),
    method: {
      name: 'cgroup',
      errorBound: {
        in: addKnown([treeBound(counts, 'in', { delta, unseen }), nested.in, sentPastIp ? null : 0]),
        out: addKnown([treeBound(counts, 'out', { delta, unseen }), sentPastIp, nested.out]),
      },
      ...(sentPastIp === null && { reasons: [UNSEEN_SENDS] }),
      ...(sentPastIp && { reasons: [UNSEEN_ANSWERS] }),
      packetsIn: 'cgroup',
    },
  };
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
