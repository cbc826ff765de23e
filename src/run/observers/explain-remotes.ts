import { hrtime } from 'node:process';
import type { Retransmitted } from '../../attribution/counted-payload.js';
import type { CountedRemotes } from '../../attribution/remotes/counted-remotes.js';
import { listedRemotes } from '../../attribution/remotes/listed-remotes.js';
import { meteredRemotes } from '../../attribution/remotes/metered-remotes.js';
import { nestedRemotes } from '../../attribution/remotes/nested-remotes.js';
import { type Carried, remoteRows } from '../../attribution/remotes/remote-rows.js';
import { RemoteTally } from '../../attribution/remotes/remote-tally.js';
import { retransmittedOctets } from '../../attribution/remotes/remote-tcp.js';
import type { SeenConnections } from '../../attribution/remotes/seen-connections.js';
import type { SocketCounts } from '../../attribution/remotes/socket-counts.js';
import { protocolName } from '../../isolation/machine/protocol-name.js';
import type { Scope } from '../../isolation/scope.js';
import type { RemoteUse } from '../../measurement/remotes.js';
import type { Family, Traffic } from '../../measurement/traffic.js';

export type RemoteQuestion = {
  readonly scope: Pick<Scope, 'isolation' | 'remotes'>;
  readonly traffic: Traffic;
  /** What was counted of the tree's sockets; undefined: they were not. */
  readonly sockets: SocketCounts | undefined;
  /** Nothing had crossed before nftables counted the remotes; undefined: they do not. */
  readonly isWhole: boolean | undefined;
  readonly namesOf: (address: string) => readonly string[];
  /** performance.now() at the command's start. */
  readonly startedAt: number;
  /** The ends of the command's connections; undefined: it was not listened for them. */
  readonly seen: SeenConnections | undefined;
};

export type Explained = Pick<CountedRemotes, 'datagrams' | 'portless'> & {
  readonly remotes: RemoteUse;
  readonly retransmitted: Retransmitted;
};

/**
 * Makes rows of the remotes that were counted, which add up to the traffic.
 * @returns undefined where they, or the traffic, are not known
 */
export async function explainRemotes(question: RemoteQuestion): Promise<Explained | undefined> {
  const { traffic, sockets, namesOf, startedAt, seen } = question;
  const carried = carriedBy(traffic);
  if (!carried) return undefined;
  const counted = sockets
    ? meteredRemotes(sockets, carried, { now: hrtime.bigint(), protocolName })
    : await listed(question, carried);
  if (!counted) return undefined;
  const listedAtMs = performance.now() - startedAt;
  return {
    remotes: remoteRows(counted, { carried, namesOf, listedAtMs, seen }),
    retransmitted: retransmittedOctets(counted.remotes, seen),
    datagrams: counted.datagrams,
    portless: counted.portless,
  };
}

/** Whether the links carried, to the octet, what sockets of the command's own namespaces exchanged with the outside. */
export function nestedCrossed(sockets: SocketCounts, traffic: Traffic): boolean {
  const carried = carriedBy(traffic);
  const external = (family: Family, way: 'in' | 'out') =>
    sockets.totals
      .filter((each) => each.class === 'external' && each.family === family && each.way === way)
      .reduce((sum, { count }) => sum + Number(count.wireOctets), 0);
  return carried !== undefined && nestedRemotes(sockets, carried, external).isWhole;
}

/** Lists what nftables counted. */
async function listed(question: RemoteQuestion, carried: Carried): Promise<CountedRemotes | undefined> {
  const { isWhole, traffic, scope } = question;
  const { remotes, isolation } = scope;
  if (!remotes || !('mtu' in isolation) || isWhole === undefined) return undefined;
  const tally = new RemoteTally(isolation.mtu);
  const uncounted = { ipv4: { in: 0, out: 0 }, ipv6: { in: 0, out: 0 } };
  const list = () =>
    remotes.list(
      (entry) => tally.add(entry),
      ({ family, way, bytes }) => {
        uncounted[family][way] += bytes;
      },
    );
  const isListed = isUntouched(scope, traffic) || (await list());
  return isListed ? listedRemotes({ remotes: tally.remotes, uncounted, isWhole }, carried) : undefined;
}

/** The queues of a link's ends count each packet that the rules have counted: without one there is no remote to be listed. */
const isUntouched = ({ isolation }: Pick<Scope, 'isolation'>, { external }: Traffic) =>
  isolation.kind === 'veth' && external.in.packets === 0 && external.out.packets === 0;

const FAMILIES = ['ipv4', 'ipv6'] as const;

/** By family where the traffic is known so. @returns undefined where a direction is not known */
function carriedBy({ external }: Traffic): Carried | undefined {
  const known = FAMILIES.filter((family) => external[family]);
  const groups: readonly (readonly Family[])[] = known.length > 0 ? known.map((family) => [family]) : [FAMILIES];
  const carried: Carried[number][] = [];
  for (const families of groups) {
    const flow = (known.length > 0 && external[families[0] ?? 'ipv4']) || external;
    const [incoming, out] = [flow.in.wireOctets, flow.out.wireOctets];
    if (incoming === null || out === null) return undefined;
    carried.push({ families, wireOctets: { in: incoming, out } });
  }
  return carried;
}
