import { Guardian } from '../../guardian/guardian.js';
import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import { OwnTable } from '../../linux/netlink/netfilter/own-table.js';
import type { NetlinkSocket } from '../../linux/netlink/socket.js';
import type { NoPromise } from '../../linux/no-promise.js';
import type { ProcessAccount } from '../../linux/process/process-account.js';
import type { Attempt, Isolation } from '../../measurement/isolation.js';
import type { Warning } from '../../measurement/measurement.js';
import { readAttempts } from '../limits/read-attempts.js';
import { RunNote } from '../notes/run-note.js';
import type { Scope, WireReading } from '../scope.js';
import { opened } from '../tools/opened.js';
import { findHolderTools, lookFor } from '../tools/programs/find-tools.js';
import { newRun } from '../tools/programs/script-environment.js';
import type { OfflineNamespace, OfflineNamespaceOptions } from './offline-namespace.js';
import { OwnNamespace } from './own-namespace.js';
import { ATTEMPT_SETS, OFFLINE_TABLE, refuseRules } from './refuse-rules.js';

export type OfflineOptions = OfflineNamespaceOptions & {
  /** Made by the rights of this user over a user namespace, where it has no others. */
  readonly rootless: boolean;
  /** The folder of the control group that the command's tree may get. */
  readonly cgroup?: string | undefined;
};

/** A namespace with loopback alone: whatever is for the outside fails at once, and is remembered. */
export class OfflineScope implements Scope {
  readonly isolation: Isolation = { kind: 'offline' };
  readonly marks: Readonly<Record<string, string>>;
  readonly #cgroup: string | undefined;
  readonly #namespace: OfflineNamespace;
  readonly #run: string;
  #note: RunNote | undefined;
  #guardian: Guardian | undefined;
  #refusing: OwnTable | undefined;

  /** @throws {NetmeterError} MISSING_TOOLS, SETUP_FAILED */
  static async open({ rootless, cgroup, ...options }: OfflineOptions): Promise<OfflineScope> {
    const run = newRun();
    const namespace = rootless ? await held(run, options) : OwnNamespace.make(run, options);
    const scope = new OfflineScope(namespace, run, cgroup);
    return opened(scope, () => scope.#setUp());
  }

  private constructor(namespace: OfflineNamespace, run: string, cgroup: string | undefined) {
    this.#namespace = namespace;
    this.#run = run;
    this.#cgroup = cgroup;
    this.marks = { NETMETER_RUN: run };
  }

  get warnings(): readonly Warning[] {
    return this.#guardian?.warnings ?? [];
  }

  get network(): string {
    return this.#namespace.identity;
  }

  inspect<T>(work: (process: number | 'thread-self') => NoPromise<T>): T {
    return this.#namespace.inspect(work);
  }

  start<T>(account: ProcessAccount | undefined, spawn: (enter: readonly string[]) => NoPromise<T>): T {
    return this.#namespace.start(account, spawn);
  }

  commandStarted(pid: number): void {
    this.#guardian?.commandStarted(pid);
  }

  administer<T>(spawn: (enter: readonly string[]) => NoPromise<T>): T {
    return this.#namespace.administer(spawn);
  }

  processes(): number[] {
    return this.#namespace.members.inside();
  }

  async readWire(): Promise<WireReading> {
    return {};
  }

  sampleWire(): Promise<WireReading> {
    return this.readWire();
  }

  async attempts(): Promise<readonly Attempt[] | null> {
    return this.#refusing ? readAttempts(this.#refusing.nftables, OFFLINE_TABLE, ATTEMPT_SETS) : null;
  }

  async nftables(): Promise<Nftables | undefined> {
    return (await this.#namespace.netlink()).nftables();
  }

  async sockDiag(): Promise<NetlinkSocket | undefined> {
    return (await this.#namespace.netlink()).sockDiag();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#refusing?.[Symbol.dispose]();
    const { members } = this.#namespace;
    if (!members.areGone) await members.end();
    await Promise.all([this.#guardian?.finish(), this.#namespace[Symbol.asyncDispose]()]);
    this.#note?.forget();
    this.#note?.[Symbol.dispose]();
  }

  async #setUp(): Promise<void> {
    await this.#namespace.made();
    const { network } = this.#namespace;
    this.#note = RunNote.ofTree(this.#run, this.#cgroup);
    const held = { namespace: network, changes: this.#note?.fd };
    this.#guardian = new Guardian(lookFor('sh'), { run: this.#run, cgroup: this.#cgroup, ...held });
    this.#refusing = await this.#refuse();
    // Without rules there are no routes, and the kernel refuses by itself.
    if (this.#refusing) await this.#namespace.leadToLoopback();
  }

  /** @returns undefined where the kernel has no part for it; then attempts fail all the same, unseen */
  async #refuse(): Promise<OwnTable | undefined> {
    const nftables = await this.nftables();
    try {
      return nftables && OwnTable.create(nftables, OFFLINE_TABLE, refuseRules());
    } catch {
      return undefined;
    }
  }
}

/** Loaded here: root needs none of it. */
async function held(run: string, options: OfflineNamespaceOptions): Promise<OfflineNamespace> {
  const { HeldNamespace } = await import('./held-namespace.js');
  return new HeldNamespace(findHolderTools(), run, options);
}
