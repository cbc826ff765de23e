import { libcFunction } from '../libc.js';

const prctl = libcFunction('int prctl(int option, unsigned long value)');
const prctlInto = libcFunction('int prctl(int option, void *value)');

/** linux/prctl.h. */
const PR_SET_PDEATHSIG = 1;
const PR_GET_PDEATHSIG = 2;
const PR_GET_DUMPABLE = 3;
const PR_SET_DUMPABLE = 4;

/** What the kernel takes away from a process at each change of rights: commit_creds(), kernel/cred.c. */
export class ProcessAttributes {
  readonly #deathSignal: number;
  readonly #isDumpable: boolean;

  private constructor(deathSignal: number, isDumpable: boolean) {
    this.#deathSignal = deathSignal;
    this.#isDumpable = isDumpable;
  }

  /** As they are now. */
  static read(): ProcessAttributes {
    const signal = Buffer.alloc(4);
    prctlInto(PR_GET_PDEATHSIG, signal);
    return new ProcessAttributes(signal.readInt32LE(), prctl(PR_GET_DUMPABLE, 0) === 1);
  }

  /** @throws {LinuxError} prctl */
  restore(): void {
    if (this.#deathSignal !== 0) prctl(PR_SET_PDEATHSIG, this.#deathSignal);
    if (this.#isDumpable) prctl(PR_SET_DUMPABLE, 1);
  }
}
