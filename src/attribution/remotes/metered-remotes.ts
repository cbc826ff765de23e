import type { Family, InOut } from '../../measurement/traffic.js';
import { allOf, type TreeCount } from '../../traffic/shared/tree-traffic.js';
import type { CountedRemotes, RemoteTotals } from './counted-remotes.js';

type Way = { readonly octets: number; readonly payload: number };

/** A remote as the programs at a control group count it (observe/meter/remote-layout.ts). */
export type MeteredRemote = {
  readonly class: TreeCount['class'];
  readonly family: Family;
  readonly address: string;
  readonly protocol: number;
  readonly port: number;
  readonly role: 'client' | 'server';
  readonly in: Way;
  readonly out: Way;
  readonly tried: number;
  readonly opened: number;
  /** CLOCK_MONOTONIC, ns. */
  readonly first: bigint;
  readonly last: bigint;
};

/** What was counted of a tree's sockets. */
export type SocketCounts = {
  /** Read before the totals, in which they are. */
  readonly remotes: readonly MeteredRemote[];
  readonly totals: readonly TreeCount[];
};

type Reading = {
  /** CLOCK_MONOTONIC, ns: when that was. */
  readonly now: bigint;
  readonly protocolName: (number: number) => string;
};

/** IP's numbers of the protocols that have ports. */
const WITH_PORTS: readonly number[] = [6, 17];

/** The remotes outside; what the totals have beyond them had no place. */
export function meteredRemotes({ remotes: all, totals }: SocketCounts, { now, protocolName }: Reading): CountedRemotes {
  const outside = all.filter((remote) => remote.class === 'external');
  const counts = totals.filter((total) => total.class === 'external');
  const ago = (then: bigint) => Number(now - then) / 1e6;
  const sum = (way: 'in' | 'out', field: 'payload' | 'ipOctets', ...protocols: readonly TreeCount['protocol'][]) =>
    allOf(counts, (each) => each.way === way && protocols.includes(each.protocol), field);
  const both = (...what: readonly ['payload' | 'ipOctets', ...TreeCount['protocol'][]]) => ({
    in: sum('in', ...what),
    out: sum('out', ...what),
  });
  const unplaced = (family: Family, way: 'in' | 'out') =>
    allOf(counts, (each) => each.way === way && each.family === family, 'wireOctets') -
    outside.reduce((octets, remote) => octets + (remote.family === family ? remote[way].octets : 0), 0);
  const others = (family: Family): InOut<number> => ({ in: unplaced(family, 'in'), out: unplaced(family, 'out') });
  return {
    remotes: outside.map((remote): RemoteTotals => {
      const hasPorts = WITH_PORTS.includes(remote.protocol);
      return {
        family: remote.family,
        role: hasPorts ? remote.role : null,
        protocol: protocolName(remote.protocol),
        address: remote.address,
        port: hasPorts && remote.port !== 0 ? remote.port : null,
        in: { wireOctets: remote.in.octets, payload: remote.in.payload },
        out: { wireOctets: remote.out.octets, payload: remote.out.payload },
        opened: remote.opened,
        tried: remote.tried,
        firstAgoMs: ago(remote.first),
        lastAgoMs: ago(remote.last),
      };
    }),
    others: { ipv4: others('ipv4'), ipv6: others('ipv6') },
    payload: both('payload', 'tcp', 'udp'),
    datagrams: both('payload', 'udp'),
    portless: { payload: both('payload', 'icmp', 'other'), packets: both('ipOctets', 'icmp', 'other') },
  };
}
