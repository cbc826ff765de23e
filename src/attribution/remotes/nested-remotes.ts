import type { Family } from '../../measurement/traffic.js';
import type { MeteredRemote } from '../../observe/meter/remotes/remote-layout.js';
import { isMulticast } from '../../traffic/behind/multicast.js';
import type { Carried } from './remote-rows.js';
import type { SocketCounts } from './socket-counts.js';

const WAYS = ['in', 'out'] as const;

/** The remotes outside that the command's own namespaces spoke with. */
export type NestedRemotes = {
  readonly remotes: readonly MeteredRemote[];
  /** They are all that the wire carried beyond the packets of the command's first namespace. */
  readonly isWhole: boolean;
};

/**
 * A socket of a namespace that the command has made sends by a device of the command's own, and its packet leaves, forwarded,
 * without a socket: the wire alone shows whether it did. What is sent to an address inside has not left. Rows that come
 * to more than the wire has carried beyond the others are none.
 * @param external octets of the first namespace's own
 */
export function nestedRemotes(
  { remotes, inside }: SocketCounts,
  carried: Carried,
  external: (family: Family, way: 'in' | 'out') => number,
): NestedRemotes {
  const addresses = new Set(inside);
  const nested = remotes.filter(
    (remote) => remote.class === 'inner' && !addresses.has(remote.address) && !isForLinkAlone(remote),
  );
  const groups = carried.map(({ families, wireOctets }) => {
    const ours = nested.filter(({ family }) => families.includes(family));
    const left = WAYS.map((way) => {
      const known = families.reduce((sum, family) => sum + external(family, way), 0);
      return wireOctets[way] - known - ours.reduce((sum, remote) => sum + remote[way].octets, 0);
    });
    return { ours, left };
  });
  return {
    remotes: groups.flatMap(({ ours, left }) => (left.every((octets) => octets >= 0) ? ours : [])),
    isWhole: groups.every(({ ours, left }) => ours.length === 0 || left.every((octets) => octets === 0)),
  };
}

/**
 * What is not forwarded: multicast, no address yet, and IPv6's link-local ones (RFC 4291), which a new namespace's own kernel
 * sends to when its devices come up, by sockets that are the command's.
 */
const isForLinkAlone = (remote: Pick<MeteredRemote, 'family' | 'address'>) =>
  isMulticast(remote) || /^(::|0\.0\.0\.0|fe[89ab].*)$/i.test(remote.address);
