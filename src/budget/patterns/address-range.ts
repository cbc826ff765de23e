/** Addresses that begin with the same bits; a single one has all of them. */
export type AddressRange = { readonly bits: 32 | 128; readonly prefix: number; readonly value: bigint };

/** Parses `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`; an IPv4-mapped one is IPv4's. Undefined: it is none. */
export function parseRange(text: string): AddressRange | undefined {
  const [, host = '', length] = /^([\d.]+|[\da-f:.]*:[\da-f:.]*)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const address = parseAddress(host);
  if (!address) return undefined;
  const prefix = length === undefined ? address.bits : Number(length);
  return prefix <= address.bits ? unmapped({ ...address, prefix }) : undefined;
}

/** `::ffff:203.0.113.7` is reached by packets of IPv4 (RFC 4291, 2.5.5.2). */
function unmapped(range: AddressRange): AddressRange {
  const isMapped = range.bits === 128 && range.prefix >= MAPPED_PREFIX && range.value >> 32n === 0xffffn;
  return isMapped ? { bits: 32, prefix: range.prefix - MAPPED_PREFIX, value: range.value & 0xffff_ffffn } : range;
}

const MAPPED_PREFIX = 96;

export function isInRange(range: AddressRange, text: string): boolean {
  const address = parseRange(text);
  if (address?.bits !== range.bits) return false;
  const shift = BigInt(range.bits - range.prefix);
  return address.value >> shift === range.value >> shift;
}

type Address = Pick<AddressRange, 'bits' | 'value'>;

function parseAddress(text: string): Address | undefined {
  const value = text.includes(':') ? parseV6(text) : parseV4(text);
  return value === undefined ? undefined : { bits: text.includes(':') ? 128 : 32, value };
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

/** RFC 4291, section 2.2: groups, `::` once, the last 32 bits perhaps as IPv4. */
function parseV6(text: string): bigint | undefined {
  const halves = text.split('::').map((half) => (half === '' ? [] : half.split(':').flatMap(groups)));
  const [head = [], tail = []] = halves;
  const missing = 8 - head.length - tail.length;
  const isWhole = halves.length === 1 ? missing === 0 : halves.length === 2 && missing >= 1;
  const all = [...head, ...Array<string>(Math.max(0, missing)).fill('0'), ...tail];
  if (!isWhole || !all.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined;
  return all.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

function groups(part: string): string[] {
  if (!part.includes('.')) return [part];
  const value = parseV4(part);
  return value === undefined ? [part] : [(value >> 16n).toString(16), (value & 0xffffn).toString(16)];
}
