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
import { findHolderTools, type HolderTools } from '../tools/find-tools.js';
import { opened } from '../tools/opened.js';
import { newRun } from '../tools/script-environment.js';
import { OfflineNamespace, type OfflineNamespaceOptions } from './offline-namespace.js';
import { OFFLINE_TABLE, refuseRules, TRIED_SETS } from './refuse-rules.js';

export type OfflineOptions = OfflineNamespaceOptions & {
  /** The folder of the control group that the command's tree may get. */
  readonly cgroup?: string | undefined;
};

/** A namespace with loopback alone: whatever is for the outside fails at once, and what was tried is remembered. */
export class OfflineScope implements Scope {
  readonly isolation: Isolation = { kind: 'offline' };
  readonly marks: Readonly<Record<string, string>>;
  readonly #sh: string;
  readonly #cgroup: string | undefined;
  readonly #namespace: OfflineNamespace;
  readonly #run = newRun();
  #note: RunNote | undefined;
  #guardian: Guardian | undefined;
  #refusing: OwnTable | undefined;

  /** @throws {NetmeterError} MISSING_TOOLS, SETUP_FAILED */
  static async open(options: OfflineOptions): Promise<OfflineScope> {
    const scope = new OfflineScope(findHolderTools(), options);
    return opened(scope, () => scope.#setUp());
  }

  private constructor(tools: HolderTools, options: OfflineOptions) {
    this.#sh = tools.sh;
    this.#cgroup = options.cgroup;
    this.marks = { NETMETER_RUN: this.#run };
    this.#namespace = new OfflineNamespace(tools, this.#run, options);
  }

  get warnings(): readonly Warning[] {
    return this.#guardian?.warnings ?? [];
  }

  get network(): string {
    return this.#namespace.identity;
  }

  inspect<T>(work: (process: number) => NoPromise<T>): T {
    return work(this.#namespace.pid);
  }

  start<T>(account: ProcessAccount | undefined, spawn: (enter: readonly string[]) => NoPromise<T>): T {
    return spawn(this.#namespace.enterAs(account));
  }

  commandStarted(pid: number): void {
    this.#guardian?.commandStarted(pid);
  }

  administer(): string[] {
    return this.#namespace.administer();
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
    return this.#refusing ? readAttempts(this.#refusing.nftables, OFFLINE_TABLE, TRIED_SETS) : null;
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
    await this.#namespace.is('up');
    const { network } = this.#namespace;
    this.#note = RunNote.ofTree(this.#run, this.#cgroup);
    const held = { namespace: network, changes: this.#note?.fd };
    this.#guardian = new Guardian(this.#sh, { run: this.#run, cgroup: this.#cgroup, ...held });
    this.#refusing = await this.#refuse();
    this.#namespace.begin(this.#refusing !== undefined);
    await this.#namespace.is('ready');
  }

  /** @returns undefined where the kernel has no part for it; then what is tried fails all the same, unseen */
  async #refuse(): Promise<OwnTable | undefined> {
    const nftables = await this.nftables();
    try {
      return nftables && OwnTable.create(nftables, OFFLINE_TABLE, refuseRules());
    } catch {
      return undefined;
    }
  }
}
