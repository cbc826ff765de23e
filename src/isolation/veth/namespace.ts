import { writeFileSync } from 'node:fs';
import { pid } from 'node:process';
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
    network.inside(stopAutoconfiguration);
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

  /** argv that runs what follows it inside, among the host's files. @param nsenter nsenter(1) */
  administer(nsenter: string): string[] {
    return [nsenter, `--net=/proc/${pid}/fd/${this.network.fd}`, '--'];
  }

  [Symbol.dispose](): void {
    this.#mounts?.[Symbol.dispose]();
    this.network[Symbol.dispose]();
  }
}

/** What a device does by itself when it comes up (networking/ip-sysctl.rst): its packets would be counted as the command's. */
const AUTOCONFIGURATION = { accept_dad: 0, router_solicitations: 0, accept_ra: 0, addr_gen_mode: 1 } as const;

function stopAutoconfiguration(): void {
  for (const [key, value] of Object.entries(AUTOCONFIGURATION)) {
    try {
      writeFileSync(`/proc/sys/net/ipv6/conf/default/${key}`, `${value}`);
    } catch {
      // A kernel without IPv6, or an older one; a container whose /proc/sys may only be read.
    }
  }
}
