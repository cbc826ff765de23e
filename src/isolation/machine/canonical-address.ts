import { isIPv6, SocketAddress } from 'node:net';

/**
 * An address as the kernel prints it (RFC 5952), whatever its spelling; one with a zone stays as it is. An IPv4-mapped one is
 * the IPv4 address (RFC 4291, 2.5.5.2): that is where its packets go.
 */
export function canonicalAddress(address: string): string {
  // The test of node:net compiles its expressions first, which takes 3 ms.
  const isPlain = address.includes(':') && !address.includes('%');
  return isPlain && isIPv6(address) ? canonicalIpv6(address) : address;
}

/** The same of what is known to be an IPv6 address without a zone. */
export function canonicalIpv6(address: string): string {
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address;
  return canonical.replace(/^::ffff:(?=[\d.]+$)/, '');
}
