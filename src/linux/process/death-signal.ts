import { closeSync } from 'node:fs';
import { libcFunction } from '../libc.js';
import { socketPair } from '../pass-descriptors.js';

// The same registers as for a function of fixed arguments, on all that Node runs on under Linux.
const fcntl = libcFunction('int fcntl(int fd, int command, long argument)');

/** asm-generic/fcntl.h. */
const F_GETFL = 3;
const F_SETFL = 4;
const F_SETOWN = 8;
const F_SETSIG = 10;
const O_ASYNC = 0o20000;
const SIGKILL = 9;

/**
 * Has the kernel end a process as soon as nobody is left who holds this, however many held it: two sockets that are each
 * other's far end, and whichever is closed first is signalled to the other (fasync(), F_SETOWN of fcntl(2)). A signal at a
 * parent's death (PR_SET_PDEATHSIG) knows one holder alone, is set by the process itself, and forgotten where its rights change.
 */
export class DeathSignal implements Disposable {
  /** Closed on exec: whoever shall hold it too is started with both. */
  readonly ends = socketPair('stream');

  /** @param pid a process; where it has ended already, nobody: the kernel remembers it, not its number */
  aimAt(pid: number): void {
    for (const end of this.ends) {
      fcntl(end, F_SETOWN, pid);
      fcntl(end, F_SETSIG, SIGKILL);
      fcntl(end, F_SETFL, fcntl(end, F_GETFL, 0) | O_ASYNC);
    }
  }

  [Symbol.dispose](): void {
    for (const end of this.ends) {
      fcntl(end, F_SETOWN, 0);
      closeSync(end);
    }
  }
}
