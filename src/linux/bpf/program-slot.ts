import { BpfLink } from './bpf-link.js';
import type { BpfProgram } from './bpf-program.js';
import { BpfMap } from './maps/bpf-map.js';

/** What runs programs, each until what it has handed back for it is disposed of. */
export type Place = { run(program: BpfProgram): Disposable };

/** Runs a program at a control group, of which `at` is a descriptor, or where others run it. @throws {LinuxError} see {@link BpfLink.toCgroup} */
export const runAt = (at: number | Place, program: BpfProgram): Disposable =>
  typeof at === 'number' ? BpfLink.toCgroup(program, at) : at.run(program);

const ONLY = Buffer.alloc(4);

/**
 * A program's place behind another one, which goes on with it (bpf_tail_call()) when there is something for it to do, and ends unchanged
 * while the place is empty. Beside it, it would be run for everything.
 */
export class ProgramSlot implements Place, Disposable {
  readonly #programs: BpfMap;
  #isClosed = false;

  /** @throws {LinuxError} BPF_MAP_CREATE */
  constructor(name: string) {
    this.#programs = BpfMap.create({ type: 'programArray', name, keySize: 4, valueSize: 4, maxEntries: 1 });
  }

  get fd(): number {
    return this.#programs.fd;
  }

  /** @throws {LinuxError} BPF_MAP_UPDATE_ELEM: EINVAL where the programs are not of one type, and attached alike */
  run({ fd }: BpfProgram): Disposable {
    const value = Buffer.alloc(4);
    value.writeUInt32LE(fd);
    this.#programs.update(ONLY, value);
    return {
      // With its last descriptor the kernel empties it.
      [Symbol.dispose]: () => this.#isClosed || this.#programs.delete(ONLY),
    };
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#programs[Symbol.dispose]();
  }
}
