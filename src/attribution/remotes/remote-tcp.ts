import type { RemoteRow, RemoteTcp } from '../../measurement/remotes.js';
import type { Retransmitted } from '../counted-payload.js';
import type { RemoteTotals } from './counted-remotes.js';
import type { ConnectionTotals, SeenConnections } from './seen-connections.js';

/** What is known of a remote's connections, and how many of them were answered as far as others know. */
type Asked = Pick<RemoteRow, 'role' | 'protocol' | 'address' | 'port'> & {
  readonly opened: number;
  /** What crossed outwards, where that was counted. */
  readonly out?: { readonly payload: number };
};

/** How a row's connections fared. There are sums where no connection is missing in them. */
export function remoteTcp(asked: Asked, seen: SeenConnections | undefined): RemoteTcp | null {
  const found = asked.protocol === 'tcp' ? seen?.of(asked) : undefined;
  if (!seen || !found) return null;
  return {
    retransmittedOctets: (isWhole(asked, found, seen) ? retransmittedBy(asked, found) : undefined) ?? null,
    rttMs: found.rttMs ?? null,
    closed: found.closed,
    ...(found.ends && { ends: found.ends }),
  };
}

/** Where the connections do not say, it is what crossed beyond what they have sent. */
function retransmittedBy({ out }: Asked, { sent, retransmitted }: ConnectionTotals): number | undefined {
  if (retransmitted !== undefined) return retransmitted;
  return out && sent !== undefined ? Math.max(0, out.payload - sent) : undefined;
}

const isWhole = ({ opened }: Asked, { closed, open }: ConnectionTotals, { isComplete }: SeenConnections) =>
  isComplete || closed + open >= opened;

/**
 * Of all remotes together: out by what this side retransmitted, in by what was counted in packets beyond what the connections
 * have received.
 * @param remotes all that were counted
 */
export function retransmittedOctets(
  remotes: readonly RemoteTotals[],
  seen: SeenConnections | undefined,
): Retransmitted {
  const retransmitted = { in: { least: 0, most: 0 }, out: { least: 0, most: 0 } };
  for (const remote of remotes.filter(({ protocol }) => protocol === 'tcp')) {
    if (remote.in.payload + remote.out.payload === 0) continue;
    const found = seen?.of(remote);
    if (!seen || !found || !isWhole(remote, found, seen)) return { in: undefined, out: undefined };
    retransmitted.in.least += Math.max(0, remote.in.payload - found.received);
    retransmitted.in.most += Math.max(0, remote.in.payload - found.received + found.fins);
    const again = retransmittedBy(remote, found) ?? Number.NaN;
    retransmitted.out.least += again;
    retransmitted.out.most += again;
  }
  return { in: retransmitted.in, out: Number.isNaN(retransmitted.out.least) ? undefined : retransmitted.out };
}
