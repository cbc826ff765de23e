import { OWN } from '../attribution/bypasses/child-namespaces.js';
import type { SocketCounts } from '../attribution/remotes/socket-counts.js';
import type { Bypass } from '../measurement/remotes.js';
import type { Traffic } from '../measurement/traffic.js';

type Counted = { readonly traffic: Traffic; readonly sockets: SocketCounts | undefined };

/**
 * Network namespaces that the command has made may lead anywhere. Where the links carried, to the octet, what the sockets of these
 * have sent to and received from the outside, all of it has passed here: they lead to no other network.
 * Who went to netmeter's own did not come by here.
 */
export async function settleBypasses(
  bypasses: readonly Bypass[] | null,
  { traffic, sockets }: Counted,
): Promise<readonly Bypass[] | null> {
  if (!sockets || !bypasses?.some(isOpenNamespace)) return bypasses;
  // Loaded here: most commands make no namespace.
  const { nestedCrossed } = await import('./observers/explain-remotes.js');
  if (!nestedCrossed(sockets, traffic)) return bypasses;
  return bypasses.map((each) => (isOpenNamespace(each) ? { ...each, leadsOut: false } : each));
}

const isOpenNamespace = ({ kind, leadsOut, what }: Bypass) =>
  kind === 'child-namespace' && leadsOut && !what.endsWith(OWN);
