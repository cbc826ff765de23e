import type { Family, InOut } from '../../measurement/traffic.js';
import type { MeteredRemote } from '../../observe/meter/remotes/remote-layout.js';
import { allOf, type TreeCount } from '../../traffic/shared/tree-count.js';
import type { CountedRemotes, RemoteTotals } from './counted-remotes.js';
import { nestedRemotes } from './nested-remotes.js';
import type { Carried } from './remote-rows.js';
import type { SocketCounts } from './socket-counts.js';

type Reading = {
  /** CLOCK_MONOTONIC, ns: when that was. */
  readonly now: bigint;
  readonly protocolName: (number: number) => string;
};

/** IP's numbers of the protocols that have ports. */
const WITH_PORTS: readonly number[] = [6, 17];

/** The remotes outside; what the totals have beyond them had no place. */
export function meteredRemotes(sockets: SocketCounts, carried: Carried, reading: Reading): CountedRemotes {
  const own = sockets.remotes.filter((remote) => remote.class === 'external');
  const counts = sockets.totals.filter((total) => total.class === 'external');
  const octets = (family: Family, way: 'in' | 'out') =>
    allOf(counts, (each) => each.way === way && each.family === family, 'wireOctets');
  const nested = nestedRemotes(sockets, carried, octets);
  const sum = (way: 'in' | 'out', field: 'payload' | 'ipOctets', protocols: readonly TreeCount['protocol'][]) =>
    allOf(counts, (each) => each.way === way && protocols.includes(each.protocol), field) +
    sumOf(
      nested.remotes.filter(({ protocol }) => protocols.includes(kindOf(protocol))),
      way,
      field,
    );
  const both = (field: 'payload' | 'ipOctets', ...protocols: readonly TreeCount['protocol'][]) => ({
    in: sum('in', field, protocols),
    out: sum('out', field, protocols),
  });
  const others = (family: Family): InOut<number> => {
    const rows = own.filter((remote) => remote.family === family);
    const unplaced = (way: 'in' | 'out') => octets(family, way) - sumOf(rows, way, 'ipOctets');
    return { in: unplaced('in'), out: unplaced('out') };
  };
  return {
    remotes: [...own, ...nested.remotes].map((remote) => totalsOf(remote, reading)),
    others: { ipv4: others('ipv4'), ipv6: others('ipv6') },
    payload: nested.isWhole ? both('payload', 'tcp', 'udp') : { in: null, out: null },
    datagrams: nested.isWhole ? both('payload', 'udp') : undefined,
    portless: { payload: both('payload', 'icmp', 'other'), packets: both('ipOctets', 'icmp', 'other') },
  };
}

const KINDS: Readonly<Record<number, TreeCount['protocol']>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmp' };
const kindOf = (protocol: number) => KINDS[protocol] ?? 'other';

const sumOf = (remotes: readonly MeteredRemote[], way: 'in' | 'out', field: 'payload' | 'ipOctets') =>
  remotes.reduce((total, remote) => total + remote[way][field === 'payload' ? 'payload' : 'octets'], 0);

function totalsOf(remote: MeteredRemote, { now, protocolName }: Reading): RemoteTotals {
  const { family, role, protocol, address, port, opened, attempts } = remote;
  const hasPorts = WITH_PORTS.includes(protocol);
  const ago = (then: bigint) => Number(now - then) / 1e6;
  return {
    ...{ family, address, opened, attempts },
    role: hasPorts ? role : null,
    protocol: protocolName(protocol),
    port: hasPorts && port !== 0 ? port : null,
    in: { wireOctets: remote.in.octets, payload: remote.in.payload },
    out: { wireOctets: remote.out.octets, payload: remote.out.payload },
    firstAgoMs: ago(remote.first),
    lastAgoMs: ago(remote.last),
  };
}
