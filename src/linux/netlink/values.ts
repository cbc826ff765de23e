/**
 * Numbers and strings as netlink carries them. `u` is the machine's order of bytes, which is little-endian on every
 * architecture that koffi has a binary for; `be` is the network's.
 */
export const u8 = (value: number): Buffer => Buffer.of(value);

export function u16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

export function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

export function u64(value: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(value);
  return buffer;
}

export function be16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16BE(value);
  return buffer;
}

export function be32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

/** UTF-8 with the NUL that ends it. */
export const string = (value: string): Buffer => Buffer.from(`${value}\0`);
