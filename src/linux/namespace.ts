import { closeSync, constants, openSync, readlinkSync } from 'node:fs';
import { abort } from 'node:process';
import { libcFunction } from './libc.js';
import type { NoPromise } from './no-promise.js';
import { requireReturn } from './require-return.js';

const setns = libcFunction('int setns(int fd, int nstype)');
const unshare = libcFunction('int unshare(int flags)');

/** CLONE_NEWNET, linux/sched.h. */
const CLONE_NEWNET = 0x40000000;

/** A network namespace, held by a descriptor that is closed on exec: it lives at least as long. */
export class NetworkNamespace implements Disposable {
  /** A descriptor of its file, /proc/PID/ns/net. */
  readonly fd: number;

  /** @param path of a namespace file; none: the calling thread's */
  static open(path = '/proc/thread-self/ns/net'): NetworkNamespace {
    return new NetworkNamespace(openSync(path, constants.O_RDONLY));
  }

  /**
   * Makes a new one, with a loopback device that is down.
   * @throws {LinuxError} setns: EPERM: the thread could not come back; unshare: EPERM without CAP_SYS_ADMIN, ENOSPC beyond /proc/sys/user/max_net_namespaces
   */
  static create(): NetworkNamespace {
    using own = NetworkNamespace.open();
    requireReturn(own.fd, 'net');
    unshare(CLONE_NEWNET);
    return comingBack(own, () => NetworkNamespace.open());
  }

  private constructor(fd: number) {
    this.fd = fd;
  }

  /**
   * Runs `work` with the main thread inside. What it opens or spawns meanwhile stays inside: a socket belongs to the
   * namespace it was made in, a child starts in that of its parent's thread. Nothing asynchronous may run in it, because a
   * thread of libuv's pool that is created meanwhile would stay inside for ever (setns(2) is the calling thread's alone).
   * @throws {LinuxError} setns: EPERM without CAP_SYS_ADMIN, here or there; and what `work` throws, after coming back
   */
  inside<T>(work: () => NoPromise<T>): T {
    using own = NetworkNamespace.open();
    requireReturn(own.fd, 'net');
    setns(this.fd, CLONE_NEWNET);
    return comingBack(own, work);
  }

  /** @throws {LinuxError} setns: EPERM: a thread that left the present one could not come back */
  static requireReturn(): void {
    using own = NetworkNamespace.open();
    requireReturn(own.fd, 'net');
  }

  /** How the kernel names it, `net:[4026531840]`: the target of /proc/PID/ns/net of each process in it. */
  get identity(): string {
    return readlinkSync(`/proc/self/fd/${this.fd}`);
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
  }
}

/** A process that cannot come back would do all its further work in the wrong namespace: it ends instead. */
function comingBack<T>(own: NetworkNamespace, work: () => T): T {
  try {
    return work();
  } finally {
    try {
      setns(own.fd, CLONE_NEWNET);
    } catch {
      abort();
    }
  }
}
