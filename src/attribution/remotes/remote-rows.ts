import type { RemoteRow, RemoteUse } from '../../measurement/remotes.js';
import type { Family, InOut } from '../../measurement/traffic.js';
import { ipOctets, milliseconds } from '../../units.js';
import { apportion } from './apportion.js';
import type { CountedRemotes, RemoteTotals } from './counted-remotes.js';
import { remoteTcp } from './remote-tcp.js';
import type { SeenConnections } from './seen-connections.js';

type Way = 'in' | 'out';

/** IP octets on the wire, by families where each is known apart. */
export type Carried = readonly { readonly families: readonly Family[]; readonly wireOctets: InOut<number> }[];

export type RemoteFacts = {
  readonly carried: Carried;
  /** Names that the command asked for, by the address it got. */
  readonly namesOf: (address: string) => readonly string[];
  /** Between the command's start and the listing. */
  readonly listedAtMs: number;
  /** The ends of the command's connections. */
  readonly seen?: SeenConnections | undefined;
};

/** So many rows are listed one by one, the largest; the others as a sum. */
const MOST_ROWS = 1000;

/** Rows whose sum, with the others and the unattributed rest, is what the wire carried, to the octet. */
export function remoteRows(counted: CountedRemotes, facts: RemoteFacts): RemoteUse {
  const { remotes } = counted;
  const octets = new Map(remotes.map((remote) => [remote, { in: 0, out: 0 }]));
  const unattributed = { in: 0, out: 0 };
  for (const { families, wireOctets } of facts.carried) {
    const ours = remotes.filter(({ family }) => families.includes(family));
    for (const way of ['in', 'out'] as const) {
      const counts = ours.map((remote) => remote[way].wireOctets);
      const { shares, rest } = reconcile(counts, wireOctets[way] - othersOf(counted, families, way));
      unattributed[way] += rest;
      for (const [index, remote] of ours.entries()) {
        const share = octets.get(remote);
        if (share) share[way] = shares[index] ?? 0;
      }
    }
  }
  const rows = remotes.map((remote) => rowOf(remote, octets.get(remote) ?? { in: 0, out: 0 }, facts));
  return bounded(rows, unattributed, counted);
}

const othersOf = ({ others }: CountedRemotes, families: readonly Family[], way: Way) =>
  sum(families.map((family) => others[family][way]));

/** Where more was counted than the wire carried, some of it was dropped behind the counting. */
function reconcile(counts: readonly number[], wireOctets: number) {
  const beyond = wireOctets - sum(counts);
  if (beyond >= 0) return { shares: counts, rest: beyond };
  const shares = wireOctets <= 0 ? counts.map(() => 0) : apportion(wireOctets, counts);
  return { shares, rest: wireOctets - sum(shares) };
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0);

function rowOf(
  remote: RemoteTotals,
  octets: Record<Way, number>,
  { namesOf, listedAtMs, seen }: RemoteFacts,
): RemoteRow {
  const { family, role, protocol, address, port, firstAgoMs, lastAgoMs } = remote;
  const hasPorts = protocol === 'tcp' || protocol === 'udp';
  const payload = (way: Way) => (hasPorts ? remote[way].payload : null);
  const atMs = (ago: number | undefined) => (ago === undefined ? null : milliseconds(Math.max(0, listedAtMs - ago)));
  return {
    address,
    names: namesOf(address),
    family,
    protocol,
    port,
    role,
    wireOctets: { in: ipOctets(octets.in), out: ipOctets(octets.out) },
    payloadOctets: { in: payload('in'), out: payload('out') },
    connections: protocol === 'tcp' ? remote.opened : null,
    attempts: protocol === 'tcp' ? remote.attempts : null,
    firstSeenMs: atMs(firstAgoMs),
    lastSeenMs: atMs(lastAgoMs),
    tcp: remoteTcp(remote, seen),
  };
}

const size = ({ wireOctets }: RemoteRow) => (wireOctets.in ?? 0) + (wireOctets.out ?? 0);

function bounded(all: readonly RemoteRow[], unattributed: InOut<number>, counted: CountedRemotes): RemoteUse {
  const rows = all.toSorted((a, b) => size(b) - size(a));
  const left = rows.slice(MOST_ROWS);
  const unplaced = (way: Way) => othersOf(counted, ['ipv4', 'ipv6'], way);
  const others = (way: Way) => ipOctets(sum(left.map(({ wireOctets }) => wireOctets[way] ?? 0)) + unplaced(way));
  return {
    evidence: 'kernel-counters',
    rows: rows.slice(0, MOST_ROWS),
    others: {
      remotes: left.length,
      wireOctets: { in: others('in'), out: others('out') },
      // How many there was no place for is not known.
      isComplete: unplaced('in') + unplaced('out') === 0,
    },
    unattributed: { in: ipOctets(unattributed.in), out: ipOctets(unattributed.out) },
    payloadOctets: counted.payload,
  };
}
