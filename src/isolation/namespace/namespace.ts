import type { MountNamespace } from '../../linux/mounts/mount-namespace.js';
import { NetworkNamespace } from '../../linux/namespace.js';
import type { NoPromise } from '../../linux/no-promise.js';
import type { CoveredFile } from '../names/resolver.js';
import { coverFiles } from './covered-files.js';

/** A namespace without a name, kept by descriptors alone; nothing of netmeter's lives in it. */
export class Namespace implements Disposable {
  readonly network: NetworkNamespace;
  readonly #mounts: MountNamespace | undefined;

  /**
   * @param covered files of the host that are to have another text inside
   * @throws {LinuxError} unshare, mount
   */
  static make(covered: readonly CoveredFile[]): Namespace {
    const network = NetworkNamespace.create();
    return new Namespace(network, covered.length > 0 ? coverFiles(covered) : undefined);
  }

  private constructor(network: NetworkNamespace, mounts: MountNamespace | undefined) {
    this.network = network;
    this.#mounts = mounts;
  }

  /** Runs `work` with the main thread inside: in its network, and among its files. Synchronous. */
  inside<T>(work: () => NoPromise<T>): T {
    const mounts = this.#mounts;
    return this.network.inside<T>(() => (mounts ? (mounts.inside(work) as NoPromise<T>) : work()));
  }

  /** Starts a process of netmeter's own inside, among the host's files. */
  administer<T>(spawn: (enter: readonly string[]) => NoPromise<T>): T {
    return this.network.inside<T>(() => spawn([]));
  }

  [Symbol.dispose](): void {
    this.#mounts?.[Symbol.dispose]();
    this.network[Symbol.dispose]();
  }
}
