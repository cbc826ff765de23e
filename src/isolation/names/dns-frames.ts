/** A message as a stream has it. */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** Cuts a TCP stream of DNS into its messages, each behind two bytes of length (RFC 1035, 4.2.2). */
export class DnsFrames {
  readonly #take: (message: Buffer) => void;
  #partial: Buffer = Buffer.alloc(0);

  constructor(take: (message: Buffer) => void) {
    this.#take = take;
  }

  data(chunk: Buffer): void {
    this.#partial = this.#partial.length === 0 ? chunk : Buffer.concat([this.#partial, chunk]);
    while (this.#partial.length >= 2) {
      const end = 2 + this.#partial.readUInt16BE(0);
      if (this.#partial.length < end) return;
      this.#take(this.#partial.subarray(2, end));
      this.#partial = this.#partial.subarray(end);
    }
  }
}
