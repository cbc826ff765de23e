import type { NestedFate } from '../../measurement/method.js';
import type { InOut } from '../../measurement/traffic.js';
import { toExactNumber } from '../../units.js';
import type { TreeCount, Way } from './tree-count.js';

type Moved = { readonly octets: number; readonly packets: number; readonly payload: number };
type Remote = Pick<TreeCount, 'class' | 'family'> & {
  readonly address: string;
  readonly protocol: number;
  readonly in: Moved;
  readonly out: Moved;
};

/** What was counted, as it was when it was. */
export type Nested<R extends Remote> = {
  readonly totals: readonly TreeCount[];
  /** They are in the totals. */
  readonly remotes: readonly R[];
  /** Addresses of the command's own namespaces, and of the run's namespace. */
  readonly inside: {
    readonly nested: readonly string[];
    readonly host: readonly string[];
    /** False: what counts as one of the command's own may have been there before. */
    readonly isOwnKnown: boolean;
  };
  /** undefined: nobody has seen the command make any that leads out. */
  readonly fate: NestedFate | undefined;
  /** False: before Linux 6.15 a packet does not name its namespace, and all are external. */
  readonly isDistinguished: boolean;
};

/** IP's numbers of protocols (observe/meter/packet-context.ts). */
const KINDS: Readonly<Record<number, TreeCount['protocol']>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmp' };

/**
 * Places what nested namespaces have exchanged. An address is known to be inside when its first packet has come there: what was
 * sent to it before, mostly that one packet, was counted as if it had left. What went by a device that leads out has left, and is
 * external, also where that address is inside.
 * @returns besides, the octets of which it is not known whether they are on the wire
 */
export function settleNested<R extends Remote>({ totals, remotes, inside, fate, isDistinguished }: Nested<R>) {
  const [nested, host] = [new Set(inside.nested), new Set(inside.host)];
  const placeOf = (remote: R): TreeCount['class'] => {
    if (!['near', 'nested', 'entered'].includes(remote.class)) return remote.class;
    if (nested.has(remote.address)) return 'inner';
    // Who lives in the run's namespace sends nothing outside to an address of it.
    return remote.class !== 'near' && host.has(remote.address) ? 'hostLocal' : remote.class;
  };
  const placed = remotes.map((remote) => ({ ...remote, class: placeOf(remote) }));
  const moves = remotes.flatMap((remote, index) => {
    const to = placed[index]?.class ?? remote.class;
    return to === remote.class ? [] : [...countsOf(remote, remote.class, -1n), ...countsOf(remote, to, 1n)];
  });
  const settled = [...totals, ...moves];
  const left = <T extends Pick<TreeCount, 'class'>>(each: T): T => ({ ...each, class: whereLeft(each.class, fate) });
  const octets = (name: TreeCount['class'], way: Way) => {
    const ours = settled.filter((each) => each.class === name && each.way === way);
    return toExactNumber(ours.reduce((sum, { count }) => sum + count.wireOctets, 0n));
  };
  const unsure = (way: Way) => {
    if (!isDistinguished) return fate === undefined ? 0 : octets('external', way);
    const ofMade = fate === undefined || fate === 'unknown' ? octets('nested', way) : 0;
    const ofEntered = fate === 'forwarded' ? 0 : octets('entered', way);
    return ofMade + ofEntered + (inside.isOwnKnown ? 0 : octets('inner', way));
  };
  return {
    totals: settled.map(left),
    remotes: placed.map(left),
    unsure: { in: unsure('in'), out: unsure('out') } satisfies InOut<number>,
  };
}

/** What a program carries for a namespace that was there before need not be of the tree, and is counted where it was sent. */
function whereLeft(name: TreeCount['class'], fate: NestedFate | undefined): TreeCount['class'] {
  if (name === 'nested') return fate === 'carried' ? 'inner' : 'external';
  return name === 'entered' || name === 'near' ? 'external' : name;
}

/** A remote's octets as those of a class, or taken off it. Its first packets are single ones: IP's octets are the wire's. */
function countsOf(remote: Remote, name: TreeCount['class'], sign: 1n | -1n): TreeCount[] {
  const { family } = remote;
  const protocol = KINDS[remote.protocol] ?? 'other';
  return (['in', 'out'] as const).map((way) => {
    const [octets, packets, payload] = [remote[way].octets, remote[way].packets, remote[way].payload].map(
      (count) => sign * BigInt(count),
    ) as [bigint, bigint, bigint];
    const count = { ...NOTHING, wireOctets: octets, ipOctets: octets, packets, payload };
    return { class: name, family, protocol, way, count };
  });
}

const NOTHING = { fragmented: 0n, fragments: 0n, unknownMtu: 0n, rawOctets: 0n };
