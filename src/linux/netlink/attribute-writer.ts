import { aligned, attributeOverflow, HEADER, NLA_F_NESTED } from './attribute.js';

/** Most messages are smaller. */
const FIRST_SIZE = 512;

/**
 * Writes values and attributes one behind the other into one buffer that grows: a run's own table has a thousand of them, and a
 * buffer for each would take longer than all the rest of it. Numbers are in the network's order of bytes.
 */
export class AttributeWriter {
  #bytes = Buffer.allocUnsafe(FIRST_SIZE);
  #view = viewOf(this.#bytes);
  #end = 0;

  u8(value: number): void {
    this.#need(1);
    this.#view.setUint8(this.#end, value);
    this.#end += 1;
  }

  be32(value: number): void {
    this.#need(4);
    this.#view.setUint32(this.#end, value);
    this.#end += 4;
  }

  be64(value: bigint): void {
    this.#need(8);
    this.#view.setBigUint64(this.#end, value);
    this.#end += 8;
  }

  octets(value: Uint8Array): void {
    this.#need(value.length);
    this.#bytes.set(value, this.#end);
    this.#end += value.length;
  }

  /** UTF-8 with the NUL that ends it. */
  string(value: string): void {
    this.#need(3 * value.length + 1);
    this.#end += this.#bytes.write(value, this.#end);
    this.u8(0);
  }

  /** Begins an attribute, whose value is what is written until it is closed. @returns where it is, for {@link close} */
  open(type: number, isNested = false): number {
    this.#need(HEADER);
    const at = this.#end;
    this.#view.setUint16(at + 2, isNested ? type | NLA_F_NESTED : type, true);
    this.#end += HEADER;
    return at;
  }

  /** @throws {RangeError} it holds more than 64 kB */
  close(at: number): void {
    const length = this.#end - at;
    if (length > 0xffff) throw attributeOverflow(length);
    this.#view.setUint16(at, length, true);
    const filled = at + aligned(length);
    this.#need(filled - this.#end);
    while (this.#end < filled) this.#bytes[this.#end++] = 0;
  }

  /** All of it so far. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#end);
  }

  #need(size: number): void {
    if (this.#end + size <= this.#bytes.length) return;
    const former = this.#bytes;
    this.#bytes = Buffer.allocUnsafe(2 * (this.#end + size));
    this.#view = viewOf(this.#bytes);
    former.copy(this.#bytes, 0, 0, this.#end);
  }
}

const viewOf = ({ buffer, byteOffset, length }: Buffer) => new DataView(buffer, byteOffset, length);
