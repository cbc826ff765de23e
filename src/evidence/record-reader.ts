import type { Endpoint, SocketKey } from '../attribution/processes/trace-event.js';
import type { EventFormat } from './event-format.js';

/** Decodes the record between `start` and `end`. */
export type DecodeRecord<T> = (view: DataView, at: number, start: number, end: number) => T;

type Read<T> = (view: DataView, start: number) => T;
type ReadText = (view: DataView, start: number, end: number) => string;

/** Reads fields of one event's records by their names; offsets and sizes are those that the kernel tells. */
export class RecordReader {
  readonly #fields: EventFormat['fields'];
  readonly #little: boolean;
  /** Bytes that a record has at least. */
  readonly #length: number;

  constructor({ fields }: EventFormat, little: boolean) {
    this.#fields = fields;
    this.#little = little;
    this.#length = Math.max(0, ...[...fields.values()].map(({ offset, size }) => offset + size));
  }

  has(names: readonly string[]): boolean {
    return names.every((name) => this.#fields.has(name));
  }

  /** A record that was cut is none. */
  decoder<T>(decode: DecodeRecord<T>): DecodeRecord<T | undefined> {
    const length = this.#length;
    return (view, at, start, end) => (end - start < length ? undefined : decode(view, at, start, end));
  }

  int(name: string): Read<number> {
    const [offset, little] = [this.#offset(name), this.#little];
    return (view, start) => view.getInt32(start + offset, little);
  }

  short(name: string): Read<number> {
    const [offset, little] = [this.#offset(name), this.#little];
    return (view, start) => view.getUint16(start + offset, little);
  }

  /** The low 32 bits of an unsigned long. */
  lowInt(name: string): Read<number> {
    const [offset, little] = [this.#offset(name) + (this.#little ? 0 : this.#size(name) - 4), this.#little];
    return (view, start) => view.getInt32(start + offset, little);
  }

  socket(name: string): Read<SocketKey> {
    const low = this.lowInt(name);
    if (this.#size(name) < 8) return (view, start) => low(view, start) >>> 0;
    const [offset, little] = [this.#offset(name) + (this.#little ? 4 : 0), this.#little];
    // A number holds 53 bits exactly.
    return (view, start) => (view.getUint32(start + offset, little) & 0x1f_ffff) * 2 ** 32 + (low(view, start) >>> 0);
  }

  endpoint(addressName: string, portName: string): Read<Endpoint> {
    const [offset, port] = [this.#offset(addressName), this.short(portName)];
    return (view, start) => ({ address: addressAt(view, start + offset), port: port(view, start) });
  }

  /** A string elsewhere in the record: __data_loc has its offset and its length in one word. */
  text(name: string): ReadText {
    const location = this.int(name);
    return (view, start, end) => {
      const word = location(view, start);
      const from = start + (word & 0xffff);
      return textAt(view, from, Math.min(end, from + (word >>> 16)));
    };
  }

  /** A string up to the end of the record. */
  tail(name: string): ReadText {
    const offset = this.#offset(name);
    return (view, start, end) => textAt(view, start + offset, end);
  }

  #offset(name: string): number {
    return this.#fields.get(name)?.offset ?? 0;
  }

  #size(name: string): number {
    return this.#fields.get(name)?.size ?? 0;
  }
}

const utf8 = new TextDecoder();

function textAt(view: DataView, from: number, to: number): string {
  if (from >= to) return '';
  const bytes = new Uint8Array(view.buffer, view.byteOffset + from, to - from);
  const end = bytes.indexOf(0);
  return utf8.decode(end === -1 ? bytes : bytes.subarray(0, end));
}

const MAPPED = [0, 0, 0, 0, 0, 0xffff];

/** IPv4 as the kernel maps it into IPv6, else IPv6 as RFC 5952 has it, which is how a URL shows it. */
function addressAt(view: DataView, start: number): string {
  const words = Array.from({ length: 8 }, (_, index) => view.getUint16(start + index * 2, false));
  if (MAPPED.every((word, index) => words[index] === word))
    return Array.from({ length: 4 }, (_, index) => view.getUint8(start + 12 + index)).join('.');
  return new URL(`http://[${words.map((word) => word.toString(16)).join(':')}]`).hostname.slice(1, -1);
}
