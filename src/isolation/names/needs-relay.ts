import { canonicalAddress } from '../machine/canonical-address.js';
import { readLocalAddresses } from '../machine/read-local-addresses.js';
import type { ResolverChoice } from './read-resolver.js';

/** Whether a nameserver is on this machine: it may answer nobody else, and a firewall may let nobody else ask. */
export function needsRelay({ relayTo, servers = [] }: ResolverChoice): boolean {
  if (relayTo) return true;
  const local = new Set(readLocalAddresses());
  return servers.some((server) => local.has(canonicalAddress(server)));
}
