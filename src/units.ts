/** Branded numbers: a count of one unit cannot be passed where another is meant. */
type Branded<Unit extends string> = number & { readonly [unit]: Unit };
declare const unit: unique symbol;

/** Bytes of IP datagrams, IP header included (RFC 4293 "octets"). */
export type IpOctets = Branded<'IpOctets'>;
/** Bytes of frames at an interface, as /proc/net/dev counts them. */
export type LinkBytes = Branded<'LinkBytes'>;
/** Packets as on the wire: each segment of a GSO packet is one. */
export type Packets = Branded<'Packets'>;
/** Thousandths of a second, not always whole ones. */
export type Milliseconds = Branded<'Milliseconds'>;
/** IP octets a second. */
export type OctetsPerSecond = Branded<'OctetsPerSecond'>;

/** Bytes of an Ethernet header, which link bytes have and IP octets have not (ETH_HLEN, linux/if_ether.h). */
export const ETHERNET_HEADER = 14;

export const ipOctets = (count: number) => count as IpOctets;
export const linkBytes = (count: number) => count as LinkBytes;
export const packets = (count: number) => count as Packets;
export const milliseconds = (count: number) => count as Milliseconds;
export const octetsPerSecond = (rate: number) => rate as OctetsPerSecond;

/** "12 345 678": in groups of three, as people read it. */
export const grouped = (count: number | bigint): string => String(count).replaceAll(/\B(?=(\d{3})+$)/g, ' ');

/**
 * Narrows a difference of u64 counters to a number.
 * @throws {RangeError} beyond 2^53 - 1, where a number is no longer exact.
 */
export function toExactNumber(count: bigint): number {
  const narrowed = Number(count);
  if (!Number.isSafeInteger(narrowed)) throw new RangeError(`${count} does not fit a number exactly`);
  return narrowed;
}
