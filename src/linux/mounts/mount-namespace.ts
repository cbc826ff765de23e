import { closeSync, constants, openSync } from 'node:fs';
import { abort } from 'node:process';
import { libcFunction } from '../libc.js';
import type { NoPromise } from '../no-promise.js';
import { requireReturn } from '../require-return.js';
import { followMounts } from './mount.js';

const unshare = libcFunction('int unshare(int flags)');
const setns = libcFunction('int setns(int fd, int nstype)');
const fchdir = libcFunction('int fchdir(int fd)');
const chroot = libcFunction('int chroot(const char *path)');

/** linux/sched.h. */
const CLONE_FS = 0x200;
const CLONE_NEWNS = 0x20000;

/**
 * A mount namespace of its own, held by descriptors that are closed on exec. The calling thread goes in and comes back; the
 * others stay where they are, as it has a root and working folder of its own from the first time on (CLONE_FS, unshare(2)).
 */
export class MountNamespace implements Disposable {
  /** @throws {LinuxError} setns: EPERM: a thread that left the present one could not come back */
  static requireReturn(): void {
    using own = Place.current();
    own.requireReturn();
  }

  readonly #place: Place;

  /**
   * Copies the present one; `arrange` mounts what shall be different there.
   * @throws {LinuxError} setns: EPERM: the thread could not come back; unshare: EPERM without CAP_SYS_ADMIN; and what `arrange` throws
   */
  static create(arrange: () => void): MountNamespace {
    using own = Place.current();
    own.requireReturn();
    unshare(CLONE_NEWNS);
    return comingBack(own, () => {
      followMounts('/');
      arrange();
      return new MountNamespace(Place.current());
    });
  }

  private constructor(place: Place) {
    this.#place = place;
  }

  /**
   * Runs `work` with the calling thread inside: files that it opens are those of this namespace, a child starts in it.
   * Nothing asynchronous may run in it.
   * @throws {LinuxError} setns: EPERM without CAP_SYS_ADMIN or CAP_SYS_CHROOT; and what `work` throws, after coming back
   */
  inside<T>(work: () => NoPromise<T>): T {
    using own = Place.current();
    own.requireReturn();
    // Threads that were started meanwhile share root and working folder with this one again, and then none may go.
    unshare(CLONE_FS);
    return comingBack(own, () => {
      this.#place.enter();
      return work();
    });
  }

  [Symbol.dispose](): void {
    this.#place[Symbol.dispose]();
  }
}

/** A mount namespace, with the root and working folder that a thread has in it. */
class Place implements Disposable {
  readonly #namespace: number;
  readonly #root: number;
  readonly #folder: number;

  static current(): Place {
    return new Place();
  }

  private constructor() {
    this.#namespace = openSync('/proc/thread-self/ns/mnt', constants.O_RDONLY);
    this.#root = openSync('/', constants.O_RDONLY);
    this.#folder = openSync('.', constants.O_RDONLY);
  }

  requireReturn(): void {
    requireReturn(this.#namespace, 'mnt');
  }

  enter(): void {
    setns(this.#namespace, CLONE_NEWNS);
    fchdir(this.#root);
    chroot('.');
    fchdir(this.#folder);
  }

  [Symbol.dispose](): void {
    for (const fd of [this.#namespace, this.#root, this.#folder]) closeSync(fd);
  }
}

/** A process that cannot come back would do all its further work among the wrong files: it ends instead. */
function comingBack<T>(own: Place, work: () => T): T {
  try {
    return work();
  } finally {
    try {
      own.enter();
    } catch {
      abort();
    }
  }
}
