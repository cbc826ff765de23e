import type { Portless } from '../../attribution/processes/process-balance.js';
import type { SeenConnections } from '../../attribution/remotes/connection-ledger.js';
import { type RemoteFacts, remoteRows } from '../../attribution/remotes/remote-rows.js';
import { RemoteTally, type RemoteTotals } from '../../attribution/remotes/remote-tally.js';
import { type Retransmitted, retransmittedOctets } from '../../attribution/remotes/remote-tcp.js';
import type { Scope } from '../../isolation/scope.js';
import type { RemoteUse } from '../../measurement/remotes.js';
import type { Family, InOut, Traffic } from '../../measurement/traffic.js';

export type RemoteQuestion = {
  readonly scope: Pick<Scope, 'isolation' | 'remotes'>;
  readonly traffic: Traffic;
  /** Nothing had crossed before the remotes were counted. */
  readonly isWhole: boolean;
  readonly namesOf: (address: string) => readonly string[];
  /** performance.now() at the command's start. */
  readonly startedAt: number;
  /** The ends of the command's connections; undefined: it was not listened for them. */
  readonly seen: SeenConnections | undefined;
};

export type Explained = {
  readonly remotes: RemoteUse;
  readonly retransmitted: Retransmitted;
  /** Payload of UDP, of all remotes; undefined: some had no place in their set. */
  readonly datagrams: InOut<number> | undefined;
  /** Of protocols without ports, of all remotes. */
  readonly portless: Portless;
};

/**
 * Lists the scope's remotes and makes rows of them that add up to the traffic.
 * @returns undefined where they, or the traffic, are not known
 */
export async function explainRemotes(question: RemoteQuestion): Promise<Explained | undefined> {
  const { scope, traffic, isWhole, namesOf, startedAt, seen } = question;
  const { remotes, isolation } = scope;
  if (!remotes || !('mtu' in isolation)) return undefined;
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
  if (!isListed) return undefined;
  const listedAtMs = performance.now() - startedAt;
  const carried = carriedBy(traffic, isolation.families, uncounted);
  if (!carried) return undefined;
  const all = tally.remotes;
  return {
    remotes: remoteRows(all, { carried, isWhole, namesOf, listedAtMs, seen }),
    retransmitted: retransmittedOctets(all, seen),
    datagrams: isComplete(uncounted) ? datagramsOf(all) : undefined,
    portless: portlessOf(all),
  };
}

/** The queues of a link's ends count each packet that the rules have counted: without one there is no remote to be listed. */
const isUntouched = ({ isolation }: Pick<Scope, 'isolation'>, { external }: Traffic) =>
  isolation.kind === 'veth' && external.in.packets === 0 && external.out.packets === 0;

const isComplete = ({ ipv4, ipv6 }: Uncounted) => ipv4.in + ipv4.out + ipv6.in + ipv6.out === 0;

function datagramsOf(remotes: readonly RemoteTotals[]): InOut<number> {
  const datagrams = remotes.filter(({ protocol }) => protocol === 'udp');
  const sum = (way: 'in' | 'out') => datagrams.reduce((total, remote) => total + remote[way].payload, 0);
  return { in: sum('in'), out: sum('out') };
}

function portlessOf(remotes: readonly RemoteTotals[]): Portless {
  const portless = remotes.filter(({ protocol }) => protocol !== 'tcp' && protocol !== 'udp');
  const sum = (way: 'in' | 'out', what: 'payload' | 'bytes') =>
    portless.reduce((total, remote) => total + remote[way][what], 0);
  const both = (what: 'payload' | 'bytes') => ({ in: sum('in', what), out: sum('out', what) });
  return { payload: both('payload'), packets: both('bytes') };
}

type Uncounted = Readonly<Record<Family, InOut<number>>>;

/** By family where the traffic is known so. @returns undefined where a direction is not known */
function carriedBy({ external }: Traffic, families: readonly Family[], uncounted: Uncounted) {
  const isByFamily = families.every((family) => external[family]);
  const carried: RemoteFacts['carried'][number][] = [];
  for (const group of isByFamily ? families.map((family) => [family]) : [families]) {
    const flow = (isByFamily && external[group[0] ?? 'ipv4']) || external;
    const [incoming, out] = [flow.in.wireOctets, flow.out.wireOctets];
    if (incoming === null || out === null) return undefined;
    const left = (way: 'in' | 'out') => group.reduce((sum, family) => sum + uncounted[family][way], 0);
    carried.push({
      families: group,
      flow: { in: { wireOctets: incoming, uncounted: left('in') }, out: { wireOctets: out, uncounted: left('out') } },
    });
  }
  return carried;
}
