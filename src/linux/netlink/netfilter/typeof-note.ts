import { u32 } from '../values.js';
import { META_KEYS, PAYLOAD_BASES } from './numbers.js';

/**
 * Notes that nft(8) leaves with a set for itself, which the kernel only keeps: by them it prints `typeof ip saddr` instead of
 * a type, where there may be none. TLVs of one byte each for type and length (libnftnl/udata.h); their numbers are nft's own.
 */
const tlv = (type: number, ...parts: readonly Buffer[]): Buffer => {
  const value = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(type, value.length), value]);
};

/** enum expr_types, nftables' expression.h. */
const PAYLOAD = 7;
const META = 9;
const CONCAT = 13;

const expression = (kind: number, ...data: readonly Buffer[]): Buffer =>
  Buffer.concat([tlv(0, u32(kind)), tlv(1, ...data)]);

export const noteOfMeta = (key: keyof typeof META_KEYS): Buffer => expression(META, tlv(0, u32(META_KEYS[key])));

/** By nft's numbers of a protocol and one of its fields (enum proto_desc_id, and each protocol's own). */
export const noteOfPayload = (protocol: number, field: number): Buffer =>
  expression(PAYLOAD, tlv(0, u32(protocol)), tlv(1, u32(field)));

/** Of a field that nft has no name for: bits from the start of a header. */
export const noteOfBits = (base: keyof typeof PAYLOAD_BASES, offset: number, length: number): Buffer =>
  expression(
    PAYLOAD,
    tlv(0, u32(0)),
    tlv(1, u32(0)),
    tlv(2, u32(PAYLOAD_BASES[base] + 1)),
    tlv(3, u32(offset)),
    tlv(4, u32(length)),
  );

const BYTE_ORDER = 0;
const TYPE_OF = 3;

/** What a set's userdata says: the order of a number's bytes, and what its keys are taken from where that is to be printed. */
export function setNote(order: 'host' | 'network' | 'several', typeOf: readonly Buffer[] = []): Buffer {
  const ordered = tlv(BYTE_ORDER, u32({ several: 0, host: 1, network: 2 }[order]));
  const [first] = typeOf;
  if (!first) return ordered;
  const note = typeOf.length === 1 ? first : expression(CONCAT, ...typeOf.map((each, index) => tlv(index, each)));
  return Buffer.concat([ordered, tlv(TYPE_OF, note)]);
}

/** A rule's comment, which ends with a NUL; up to 127 bytes. */
export const commentNote = (comment: string): Buffer => tlv(0, Buffer.from(`${comment}\0`));

/** @returns the comment of a rule's userdata, if it has one */
export function commentOf(userdata: Buffer | undefined): string | undefined {
  for (let at = 0; userdata && at + 2 <= userdata.length; ) {
    const [type, length] = [userdata[at], userdata[at + 1] ?? 0];
    if (type === 0) return userdata.toString('utf8', at + 2, at + 2 + length).replace(/\0.*$/s, '');
    at += 2 + length;
  }
  return undefined;
}
