import type { RemoteRow, RemoteUse } from '../../measurement/remotes.js';
import type { Family, InOut } from '../../measurement/traffic.js';
import { ipOctets, milliseconds } from '../../units.js';
import { apportion } from './apportion.js';
import type { SeenConnections } from './connection-ledger.js';
import type { Counted, RemoteTotals } from './remote-tally.js';
import { remoteTcp } from './remote-tcp.js';

type Way = 'in' | 'out';

/** What one way carried. */
type Carried = {
  /** On the wire, as its queue counted. */
  readonly wireOctets: number;
  /** IP octets that a full set had no place for. */
  readonly uncounted: number;
};

export type RemoteFacts = {
  /** By families where each is known apart. */
  readonly carried: readonly { readonly families: readonly Family[]; readonly flow: InOut<Carried> }[];
  /** Nothing had crossed before the remotes were counted. */
  readonly isWhole: boolean;
  /** Names that the command asked for, by the address it got. */
  readonly namesOf: (address: string) => readonly string[];
  /** Between the command's start and the listing. */
  readonly listedAtMs: number;
  /** The ends of the command's connections. */
  readonly seen?: SeenConnections | undefined;
};

/** So many rows are listed one by one, the largest; the others as a sum. */
const MOST_ROWS = 1000;

/** A peer with a smaller segment size hides more headers than our MTU lets expect, but not more than this times. */
const MOST_HIDDEN = 3;

/**
 * Rows whose sum, with the others and the unattributed rest, is what the wire carried, to the octet. The kernel counts a
 * GSO packet's header once: the headers that this hides are the wire's octets beyond the counted ones, and are divided
 * by how many each remote's packets must have hidden.
 */
export function remoteRows(remotes: readonly RemoteTotals[], facts: RemoteFacts): RemoteUse {
  const octets = new Map(remotes.map((remote) => [remote, { in: 0, out: 0 }]));
  const unattributed = { in: 0, out: 0 };
  for (const { families, flow } of facts.carried) {
    const ours = remotes.filter(({ family }) => families.includes(family));
    for (const way of ['in', 'out'] as const) {
      const { shares, rest } = reconcile(
        ours.map((remote) => remote[way]),
        flow[way],
        facts.isWhole,
      );
      unattributed[way] += rest;
      for (const [index, remote] of ours.entries()) {
        const share = octets.get(remote);
        if (share) share[way] = shares[index] ?? 0;
      }
    }
  }
  const rows = remotes.map((remote) => rowOf(remote, octets.get(remote) ?? { in: 0, out: 0 }, facts));
  return bounded(rows, unattributed, facts);
}

/** Divides what the wire carried among counts of it. */
function reconcile(counts: readonly Counted[], { wireOctets, uncounted }: Carried, isWhole: boolean) {
  const counted = counts.map(({ bytes }) => bytes);
  const beyond = wireOctets - uncounted - sum(counted);
  // More than the wire carried: some of it was dropped behind the counting.
  if (beyond < 0) {
    const shares = sum(counted) + beyond <= 0 ? counted.map(() => 0) : apportion(sum(counted) + beyond, counted);
    return { shares, rest: wireOctets - uncounted - sum(shares) };
  }
  const { weights, most } = weigh(counts, isWhole);
  const hidden = Math.min(beyond, most);
  const added = hidden === 0 ? counts.map(() => 0) : apportion(hidden, weights);
  return { shares: counted.map((bytes, index) => bytes + (added[index] ?? 0)), rest: beyond - hidden };
}

/** By the hidden headers that are certain; where small packets cover them up, by the payload. */
function weigh(
  counts: readonly Counted[],
  isWhole: boolean,
): { readonly weights: readonly number[]; readonly most: number } {
  const hidden = counts.map(({ hiddenHeaders }) => hiddenHeaders);
  const payload = counts.map((count) => count.payload);
  const certain = sum(hidden);
  // A header of 72 octets for half a segment of 1448: as many as there can be.
  const possible = Math.floor(sum(payload) / 10);
  if (certain === 0) return { weights: payload, most: isWhole ? possible : 0 };
  return { weights: hidden, most: isWhole ? Math.max(certain * MOST_HIDDEN, possible) : certain };
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
    attempts: protocol === 'tcp' ? remote.tried : null,
    firstSeenMs: atMs(firstAgoMs),
    lastSeenMs: atMs(lastAgoMs),
    tcp: remoteTcp(remote, seen),
  };
}

const size = ({ wireOctets }: RemoteRow) => (wireOctets.in ?? 0) + (wireOctets.out ?? 0);

function bounded(all: readonly RemoteRow[], unattributed: InOut<number>, { carried }: RemoteFacts): RemoteUse {
  const rows = all.toSorted((a, b) => size(b) - size(a));
  const left = rows.slice(MOST_ROWS);
  const uncounted = (way: Way) => sum(carried.map(({ flow }) => flow[way].uncounted));
  // What had no place is not known by header, and so not by payload.
  const payload = (way: Way) =>
    uncounted(way) > 0 ? null : sum(all.map(({ payloadOctets }) => payloadOctets[way] ?? 0));
  const others = (way: Way) => ipOctets(sum(left.map(({ wireOctets }) => wireOctets[way] ?? 0)) + uncounted(way));
  return {
    evidence: 'kernel-counters',
    rows: rows.slice(0, MOST_ROWS),
    others: {
      remotes: left.length,
      wireOctets: { in: others('in'), out: others('out') },
      // A full set does not tell how many it could not take.
      isComplete: uncounted('in') + uncounted('out') === 0,
    },
    unattributed: { in: ipOctets(unattributed.in), out: ipOctets(unattributed.out) },
    payloadOctets: { in: payload('in'), out: payload('out') },
  };
}
