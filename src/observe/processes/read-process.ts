import { addressText } from '../../linux/ip/ip-address.js';
import { PAYLOAD_CLASSES, type PayloadClass } from '../../measurement/processes.js';
import { COMM, PAIR, PAIR_KEY, PROCESS, PROGRAM, SIDES, type Side, SOCKET, type Way } from './process-layout.js';

/** Octets of payload. */
type Moved = { in: number; out: number };
type CountedPayload = Readonly<Record<PayloadClass, Moved>>;

/** What a process has executed. */
export type Program = {
  /** As it was asked for; undefined: not known. */
  readonly file: string | undefined;
  readonly name: string;
  /** Undefined: they could not be read. The last ones of a very long line are left out, and `…` stands there. */
  readonly words: readonly string[] | undefined;
};

/** A process as the kernel has counted it. Times are CLOCK_MONOTONIC, ns. */
export type CountedProcess = {
  readonly id: number;
  readonly pid: number;
  /** Undefined: its fork was not seen. */
  readonly fork: { readonly parent: number; readonly parentPid: number; readonly at: number } | undefined;
  readonly endedAt: number | undefined;
  readonly payload: CountedPayload;
  readonly connects: number;
  /** Of its program; 0: none. */
  readonly program: number;
  /** As the kernel calls it: the first 15 octets of its program's name. */
  readonly comm: string;
};

/** What a process has moved with a remote; `process` is its id, 0 of those that have no record. */
export type CountedPair = Moved & {
  readonly process: number;
  readonly side: Side;
  readonly protocol: number;
  /** IPv4 in dots, also where the socket was one of IPv6. */
  readonly address: string;
  readonly port: number;
  readonly connections: number;
};

const BITS = 16;
const text = (bytes: Buffer, from: number, size: number) => {
  const end = bytes.indexOf(0, from);
  return bytes.toString('utf8', from, end === -1 ? from + size : Math.min(end, from + size));
};
const at = (bytes: Buffer, field: keyof typeof PROCESS.at) => Number(bytes.readBigUInt64LE(PROCESS.at[field]));

/** Decodes a {@link PROCESS}. */
export function readProcess(value: Buffer): CountedProcess {
  const [startedAt, endedAt] = [at(value, 'startedAt'), at(value, 'endedAt')];
  const moved = (name: PayloadClass): Moved => ({ in: at(value, `${name}.in`), out: at(value, `${name}.out`) });
  return {
    id: at(value, 'id'),
    pid: at(value, 'pid'),
    fork:
      startedAt === 0 ? undefined : { parent: at(value, 'parent'), parentPid: at(value, 'parentPid'), at: startedAt },
    endedAt: endedAt === 0 ? undefined : endedAt,
    payload: Object.fromEntries(PAYLOAD_CLASSES.map((name) => [name, moved(name)])) as Record<PayloadClass, Moved>,
    connects: at(value, 'connects'),
    program: at(value, 'program'),
    comm: text(value, COMM.at, COMM.size),
  };
}

/** Decodes a pair's key and its {@link PAIR}. */
export function readPair(key: Buffer, value: Buffer): CountedPair {
  const socket = key.subarray(PAIR_KEY.socket);
  const bytes = socket.subarray(SOCKET.address, SOCKET.address + BITS);
  const count = (field: Way | 'connections') => Number(value.readBigUInt64LE(PAIR.at[field]));
  return {
    process: Number(key.readBigUInt64LE(PAIR_KEY.process)),
    side: SIDES[socket.readUInt8(SOCKET.side)] ?? null,
    protocol: socket.readUInt16LE(SOCKET.protocol),
    address: addressText(bytes).replace(/^::ffff:(?=.*\.)/, ''),
    port: socket.readUInt16LE(SOCKET.port),
    in: count('in'),
    out: count('out'),
    connections: count('connections'),
  };
}

/** Decodes a {@link PROGRAM}. Only a file whose name is the process' own is one that was read from the right place. */
export function readProgram(value: Buffer): Program {
  const [file, comm] = [text(value, PROGRAM.file, PROGRAM.fileSize), text(value, PROGRAM.comm, COMM.size)];
  const name = file.slice(file.lastIndexOf('/') + 1);
  // The kernel may cut it within a character.
  const isIts =
    name !== '' &&
    Buffer.from(name)
      .subarray(0, COMM.size - 1)
      .toString('utf8') === comm;
  return { file: isIts ? file : undefined, name: isIts ? name : comm, words: readWords(value) };
}

function readWords(value: Buffer): string[] | undefined {
  const words = Number(value.readBigUInt64LE(PROGRAM.words));
  const length = Number(value.readBigUInt64LE(PROGRAM.length));
  if (words === 0 || length === 0) return undefined;
  const kept = Math.min(length, PROGRAM.lineSize);
  const all = value
    .toString('utf8', PROGRAM.line, PROGRAM.line + kept)
    .replace(/\0$/, '')
    .split('\0');
  return kept < length ? [...all.slice(0, -1), `${all.at(-1)}…`] : all;
}
