/**
 * The bytes of an address, in network order: 4 or 16.
 * @param text one that is known to be an address, without a zone; `::ffff:192.0.2.1` has 16 bytes
 */
export function addressBytes(text: string): Buffer {
  if (!text.includes(':')) return Buffer.from(text.split('.').map(Number));
  const [head = '', tail] = text.split('::');
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = tail === undefined ? [] : Array<number>(8 - before.length - after.length).fill(0);
  return Buffer.from([...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 255]));
}

/** The 16-bit groups of one side of `::`; the last may be an IPv4 address. */
function groups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((part) => {
    if (!part.includes('.')) return [Number.parseInt(part, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

/** An address as the kernel prints it (RFC 5952): the longest run of zeros is left out, IPv4-mapped ones end in dots. */
export function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  const words = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index));
  const [at, length] = longestZeros(words);
  if (at === 0 && words[5] === 0xffff && length === 5) return `::ffff:${bytes.subarray(12).join('.')}`;
  const hex = (part: readonly number[]) => part.map((word) => word.toString(16)).join(':');
  return length < 2 ? hex(words) : `${hex(words.slice(0, at))}::${hex(words.slice(at + length))}`;
}

/** Where the first of the longest runs of zeros begins, and its length. */
function longestZeros(words: readonly number[]): readonly [at: number, length: number] {
  let best: readonly [number, number] = [0, 0];
  for (let at = 0, run = 0; at < words.length; at++) {
    run = words[at] === 0 ? run + 1 : 0;
    if (run > best[1]) best = [at - run + 1, run];
  }
  return best;
}
