import type { ProcessRemoteRow, ProcessUse } from '../../measurement/processes.js';
import type { Bypass } from '../../measurement/remotes.js';
import type { Milliseconds } from '../../units.js';
import type { SocketCounts } from '../remotes/socket-counts.js';

/** IP's number of it (observe/meter/packet-context.ts). */
const TCP = 6;
/** Remotes that are named; one says enough. */
const MOST = 5;

/**
 * Remotes with which processes have exchanged what no counted socket has: more has come in than all counted packets of theirs
 * brought, or there were none. Those sockets were handed over by somebody else, or made in another control group, between two looks.
 * Of datagrams nobody knows the remote, and each listener gets a copy of what is for many.
 * @param found undefined, or sampled: it does not say what was moved
 * @param atMs when it was found out
 * @param byLinks all of the tree's packets pass counted links, those of who has left its control group, too
 */
export function uncountedSockets(
  found: ProcessUse | undefined,
  sockets: Pick<SocketCounts, 'remotes'> | undefined,
  { atMs, byLinks }: { readonly atMs: Milliseconds; readonly byLinks: boolean },
): Bypass[] {
  if (found?.evidence !== 'traced' || !sockets) return [];
  if (byLinks && (found.balance.in.unattributedOctets ?? 0) >= 0) return [];
  // Who lives on may have received more since the packets were counted.
  const over = new Set(found.processes.filter(({ endedMs }) => endedMs !== null).map(({ pid }) => pid));
  const connections = found.remotes.filter((row) => over.has(row.pid) && isConnection(row));
  const moved = sumByAddress(connections, (row) => row.in);
  const counted = sumByAddress(
    sockets.remotes.filter(({ protocol }) => protocol === TCP),
    (remote) => remote.in.payload,
  );
  const uncounted = [...moved].filter(([address, octets]) => octets > (counted.get(address) ?? -1));
  return uncounted.slice(0, MOST).map(([address]) => {
    const pid = connections.find((row) => row.address === address)?.pid ?? null;
    const name = found.processes.find((row) => row.pid === pid)?.name ?? null;
    return {
      kind: 'inherited-socket',
      what: `tcp to ${address}`,
      service: null,
      leadsOut: true,
      pid,
      name,
      firstSeenMs: atMs,
    };
  });
}

/** Where a look has found why sockets were not counted, it has said more. */
export function withUncounted(
  looked: readonly Bypass[] | null,
  uncounted: readonly Bypass[],
): readonly Bypass[] | null {
  const isKnown = looked?.some(({ kind }) => kind !== 'unix-socket');
  return isKnown || uncounted.length === 0 ? looked : [...(looked ?? []), ...uncounted];
}

/** Not by loopback, whose remotes are not counted apart. */
const isConnection = ({ protocol, address, in: received, out }: ProcessRemoteRow) =>
  protocol === 'tcp' && received + out > 0 && !/^127\.|^::1$/.test(address);

function sumByAddress<T extends { readonly address: string }>(rows: readonly T[], octetsOf: (row: T) => number) {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(row.address, (sums.get(row.address) ?? 0) + octetsOf(row));
  return sums;
}
