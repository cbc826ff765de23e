import { isIPv6, SocketAddress } from 'node:net';

/**
 * An address as the kernel prints it (RFC 5952), whatever its spelling; one with a zone stays as it is. An IPv4-mapped one is
 * the IPv4 address (RFC 4291, 2.5.5.2): that is where its packets go.
 */
export function canonicalAddress(address: string): string {
  if (!isIPv6(address) || address.includes('%')) return address;
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address;
  return canonical.replace(/^::ffff:(?=[\d.]+$)/, '');
}
