import { addressBytes } from '../../linux/ip/ip-address.js';
import { RANGE } from './gate-layout.js';

/** Addresses that share their first bits; 4 octets or 16. */
export type AddressRange = { readonly address: Buffer; readonly bits: number };

/** One address alone, or a network of CIDR. @param text that is known to be one */
export function addressRange(text: string): AddressRange {
  const [address = '', bits] = text.split('/');
  const bytes = addressBytes(address);
  return { address: bytes, bits: bits === undefined ? 8 * bytes.length : Number(bits) };
}

const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');

/** A range's key in a trie, IPv4 as IPv6 (RFC 4291). */
export function rangeKey({ address, bits }: AddressRange): Buffer {
  const isMapped = address.length === 4;
  const key = Buffer.alloc(RANGE.size);
  key.writeUInt32LE(bits + (isMapped ? 8 * MAPPED.length : 0), RANGE.bits);
  Buffer.concat(isMapped ? [MAPPED, address] : [address]).copy(key, RANGE.address);
  return key;
}
