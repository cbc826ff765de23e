import { COMM, PROCESS, PROCESS_SIZE, PROGRAM } from './process-layout.js';

/** What is known of a process that was there before it was counted. */
export type LivingProcess = {
  readonly pid: number;
  /** 0: it is none of those that are counted. */
  readonly parentPid: number;
  /** The numbers of its threads, its own among them. */
  readonly threads: readonly number[];
  /** As the kernel calls it. */
  readonly comm: string;
  /** The file that it runs; undefined: not known. */
  readonly file: string | undefined;
  /** Undefined: they could not be read. */
  readonly words: readonly string[] | undefined;
};

/** What the kernel's programs know it by. */
type Ids = { readonly id: number; readonly parent: number; readonly program: number };

/** Before everything that is counted: CLOCK_MONOTONIC, ns. */
const BEFORE = 1n;

/** Encodes a {@link PROCESS}, as the programs would have made it at the fork and at the exec. */
export function writeProcess({ pid, parentPid, threads, comm }: LivingProcess, ids: Ids): Buffer {
  const value = Buffer.alloc(PROCESS_SIZE);
  const fields = { ...ids, ownProgram: ids.program, pid, parentPid, threads: threads.length };
  for (const [field, number] of Object.entries(fields))
    value.writeBigUInt64LE(BigInt(number), PROCESS.at[field as keyof typeof fields]);
  value.writeBigUInt64LE(BEFORE, PROCESS.at.startedAt);
  writeName(value, COMM.at, comm);
  return value;
}

/** Encodes a {@link PROGRAM}. */
export function writeProgram({ comm, file = '', words = [] }: LivingProcess): Buffer {
  const value = Buffer.alloc(PROGRAM.size);
  const line = Buffer.from(words.map((word) => `${word}\0`).join(''));
  value.writeBigUInt64LE(BigInt(words.length), PROGRAM.words);
  value.writeBigUInt64LE(BigInt(line.length), PROGRAM.length);
  writeName(value, PROGRAM.comm, comm);
  Buffer.from(file).copy(value, PROGRAM.file, 0, PROGRAM.fileSize - 1);
  line.copy(value, PROGRAM.line, 0, PROGRAM.lineSize);
  return value;
}

const writeName = (value: Buffer, at: number, comm: string) => Buffer.from(comm).copy(value, at, 0, COMM.size - 1);
