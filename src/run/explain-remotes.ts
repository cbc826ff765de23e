import { type Carried, remoteRows } from '../attribution/remote-rows.js';
import { RemoteTally } from '../attribution/remote-tally.js';
import type { Scope } from '../isolation/scope.js';
import type { Family, InOut, RemoteUse, Traffic } from '../measurement.js';

export type RemoteQuestion = {
  readonly scope: Pick<Scope, 'isolation' | 'remotes'>;
  readonly traffic: Traffic;
  /** Nothing had crossed before the remotes were counted. */
  readonly isWhole: boolean;
  readonly namesOf: (address: string) => readonly string[];
  /** performance.now() at the command's start. */
  readonly startedAt: number;
};

/**
 * Lists the scope's remotes and makes rows of them that add up to the traffic.
 * @returns undefined where they, or the traffic, are not known
 */
export async function explainRemotes(question: RemoteQuestion): Promise<RemoteUse | undefined> {
  const { scope, traffic, isWhole, namesOf, startedAt } = question;
  const { remotes, isolation } = scope;
  if (!remotes || isolation.kind !== 'veth') return undefined;
  const tally = new RemoteTally(isolation.mtu);
  const uncounted = { ipv4: { in: 0, out: 0 }, ipv6: { in: 0, out: 0 } };
  const isListed = await remotes.list(
    (entry) => tally.add(entry),
    ({ family, way, bytes }) => {
      uncounted[family][way] += bytes;
    },
  );
  if (!isListed) return undefined;
  const listedAtMs = performance.now() - startedAt;
  const carried = carriedBy(traffic, isolation.families, uncounted);
  return carried && remoteRows(tally.remotes, { carried, isWhole, namesOf, listedAtMs });
}

type Uncounted = Readonly<Record<Family, InOut<number>>>;

/** @returns undefined where a direction of a family is not known */
function carriedBy({ external }: Traffic, families: readonly Family[], uncounted: Uncounted) {
  const carried: Partial<Record<Family, InOut<Carried>>> = {};
  for (const family of families) {
    const [incoming, out] = [external[family]?.in.wireOctets, external[family]?.out.wireOctets];
    if (typeof incoming !== 'number' || typeof out !== 'number') return undefined;
    carried[family] = {
      in: { wireOctets: incoming, uncounted: uncounted[family].in },
      out: { wireOctets: out, uncounted: uncounted[family].out },
    };
  }
  return carried;
}
