import type { CounterDelta } from '../../counters/delta.js';
import type { InOut } from '../../measurement/traffic.js';
import type { TotalOf } from '../../observe/meter/totals.js';
import { toExactNumber } from '../../units.js';
import type { WireDelta } from '../queue-delta.js';

/** What the kernel has counted of one class, family, protocol and direction of a tree's sockets. */
export type TreeCount = TotalOf;
export type TreeClass = TreeCount['class'];
export type Way = TreeCount['way'];
export const WAYS: readonly Way[] = ['in', 'out'];

/** What was counted besides, of the whole namespace. */
export type Beside = {
  readonly wire: WireDelta;
  readonly delta: CounterDelta;
  /** Connections that may have had packets when they were no socket any more, unseen. */
  readonly unseen: number;
  /** IP octets of datagrams, at most, that came for sockets that were closed. null: nobody has seen them. */
  readonly late: number | null;
  /** Octets that were handed to packet sockets, and are not in the counts. null: the kernel does not say. */
  readonly sentPastIp: number | null;
  /** Octets of namespaces that the command has made, of which it is not known whether they left as they are. */
  readonly nested?: InOut<number> | undefined;
};

/** External octets so far. */
export function treeOctets(counts: readonly TreeCount[]): InOut<bigint> {
  const isOutside = (each: TreeCount) => ['external', 'near', 'nested', 'entered'].includes(each.class);
  const octets = (way: Way) => sum(counts, (each) => isOutside(each) && each.way === way, 'wireOctets');
  return { in: octets('in'), out: octets('out') };
}

/** Octets of every class, to see whether anything moves. */
export const allOctets = (counts: readonly TreeCount[]): bigint => sum(counts, () => true, 'wireOctets');

/** A field of those that are counted, as a number. @throws {Error} it is too large to be exact */
export const allOf = (...of: Parameters<typeof sum>): number => toExactNumber(sum(...of));

function sum(
  counts: readonly TreeCount[],
  isCounted: (each: TreeCount) => boolean,
  field: keyof TreeCount['count'],
): bigint {
  return counts.filter(isCounted).reduce((total, { count }) => total + count[field], 0n);
}
