import { libcFunction } from '../libc.js';
import type { NoPromise } from '../no-promise.js';

/** Of the calling thread, on Linux: sigprocmask(2). */
const sigprocmask = libcFunction('int sigprocmask(int how, void *set, void *old)');

const SIG_BLOCK = 0;
const SIG_SETMASK = 2;
/** sigset_t of glibc and musl. */
const SET = 128;

/** Runs `work` while no signal interrupts the calling thread; one that comes meanwhile is delivered behind it. */
export function withoutSignals<T>(work: () => NoPromise<T>): T {
  const old = Buffer.alloc(SET);
  sigprocmask(SIG_BLOCK, Buffer.alloc(SET, 0xff), old);
  try {
    return work();
  } finally {
    sigprocmask(SIG_SETMASK, old, null);
  }
}
