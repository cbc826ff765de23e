import { isIPv6, SocketAddress } from 'node:net';

/** An address as the kernel prints it (RFC 5952), whatever its spelling; one with a zone stays as it is. */
export const canonicalAddress = (address: string): string =>
  isIPv6(address) && !address.includes('%') ? new SocketAddress({ address, family: 'ipv6' }).address : address;
