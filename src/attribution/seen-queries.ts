import { DNS_PORT } from '../linux/ip/service-ports.js';
import type { DnsUse, RemoteUse } from '../measurement/remotes.js';

/**
 * What was seen of the command's look-ups, with an unknown number of them where it also asked nameservers that are not
 * listened to: octets on their port show it.
 * @param servers addresses of those who were seen to be asked
 */
export function asFarAsSeen(dns: DnsUse, servers: ReadonlySet<string>, remotes: RemoteUse | undefined): DnsUse {
  const isUnseen = remotes?.rows.some(
    ({ port, role, address }) => port === DNS_PORT && role !== 'server' && !servers.has(address),
  );
  return isUnseen ? { ...dns, queries: null } : dns;
}
