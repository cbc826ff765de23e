import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import type { PublishedPort } from '../ports/ports.js';
import type { CountedLink } from '../remotes/remote-rules.js';
import type { RemoteTable } from '../remotes/remote-table.js';
import type { LinkPlan } from './links/subnet.js';

/** Has nftables count the remotes that the links to the outside lead to, from when the promise resolves. */
export async function countAtInnerEnds(
  plans: readonly LinkPlan[],
  nftables: Promise<Nftables | undefined>,
  published: readonly PublishedPort[],
): Promise<RemoteTable> {
  // Loaded here: as a rule the programs at the tree's control group count them.
  const [{ RemoteTable }, { AT_INNER_ENDS }] = await Promise.all([
    import('../remotes/remote-table.js'),
    import('../remotes/remote-rules.js'),
  ]);
  const links = plans.flatMap(({ purpose, inner: { device } }): CountedLink[] =>
    purpose === 'host-local' ? [] : [{ family: purpose === 'ipv4' ? '4' : '6', device }],
  );
  const table = new RemoteTable(nftables, { links, hasServer: published.length > 0, ...AT_INNER_ENDS });
  await table.counts;
  return table;
}
