import { isErrno } from '../../linux/linux-error.js';
import { STATE } from './process-layout.js';
import type { ProcessMaps } from './process-maps.js';
import { type LivingProcess, writeProcess, writeProgram } from './write-process.js';

/** Ids of those that were there before; the kernel gives away later ones. */
const RESERVED = 1_000_000;

/** Takes processes into the count that were there before it, whose forks nobody has seen. */
export class AdoptedProcesses {
  readonly #maps: ProcessMaps;
  readonly #ids = new Map<number, number>();
  #last = 0;

  /**
   * To be made before the programs run: they go on from what is written here.
   * @param hasRoot the first one that is taken in is the command
   */
  constructor(maps: ProcessMaps, hasRoot: boolean) {
    this.#maps = maps;
    const state = Buffer.alloc(STATE.size);
    state.writeBigUInt64LE(BigInt(RESERVED), STATE.at.ids);
    if (hasRoot) state.writeBigUInt64LE(1n, STATE.at.root);
    // Who had connected before is not known, and of which end a socket is neither.
    state.writeBigUInt64LE(1n, STATE.at.lostSockets);
    maps.state.update(Buffer.alloc(4), state);
  }

  /** Parents before their children. Without room it is one of all others. */
  add(process: LivingProcess): void {
    const { pid, parentPid, threads } = process;
    const [id, program] = [this.#next(), this.#next()];
    const parent = this.#ids.get(parentPid) ?? 0;
    this.#ids.set(pid, id);
    ignoreFull(() => {
      this.#maps.programs.update(number(program, 8), writeProgram(process));
      for (const thread of threads) if (thread !== pid) this.#maps.threads.update(number(thread, 4), number(1, 4));
      this.#maps.processes.update(number(pid, 4), writeProcess(process, { id, parent, program }));
    });
  }

  /** It had ended before it was counted, and its number may be another's. */
  remove(pid: number): void {
    this.#maps.processes.delete(number(pid, 4));
  }

  /** Whether the programs have a record of it, by whatever way. */
  has(pid: number): boolean {
    return this.#maps.processes.lookup(number(pid, 4)) !== undefined;
  }

  #next(): number {
    this.#last += 1;
    return this.#last;
  }
}

function number(value: number, size: 4 | 8): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUInt32LE(value);
  return bytes;
}

function ignoreFull(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!isErrno(error, 'E2BIG')) throw error;
  }
}
