import { NetmeterError } from '../../errors.js';
import type { GuardianOptions } from '../../guardian/guarded.js';
import { Guardian } from '../../guardian/guardian.js';
import { NETLINK_SOCK_DIAG, type NetlinkSocket } from '../../linux/netlink/socket.js';
import type { NoPromise } from '../../linux/no-promise.js';
import type { ProcessAccount } from '../../linux/process/process-account.js';
import type { Isolation } from '../../measurement/isolation.js';
import type { Warning } from '../../measurement/measurement.js';
import { type Beside, besideDevices } from '../machine/beside-devices.js';
import { endMembers } from '../machine/members/end-members.js';
import { MarkedTree } from '../machine/members/marked-tree.js';
import { networkOf } from '../machine/members/namespace-members.js';
import { foldersOf, readDevices } from '../machine/read-devices.js';
import { RunNote } from '../notes/run-note.js';
import { missingRights } from '../require-rights.js';
import type { Scope, WireReading } from '../scope.js';
import { asAccount } from '../tools/programs/as-account.js';
import { lookFor } from '../tools/programs/find-tools.js';
import { limitFiles } from '../tools/programs/limit-files.js';
import { openInNetwork } from '../tools/sockets/open-in-network.js';
import { DeviceQueues } from './device-queues.js';

/** A network namespace that was there before, and how to get into it. */
export type Place = {
  readonly isolation: Extract<Isolation, { kind: 'host' | 'join' }>;
  readonly beside: readonly Beside[];
  /** A process of it. */
  readonly pid: number;
  /** argv that enters it with all that the command shall see. */
  readonly enter: readonly string[];
  /** argv that enters its network alone. */
  readonly enterNetwork: readonly string[];
  /** What the command's environment must hold besides. */
  readonly marks?: Readonly<Record<string, string>>;
  readonly leave: () => Promise<void>;
};

/** What every scope that others live in too can be opened with. */
export type SharedOptions = GuardianOptions & {
  /** Aborted: nothing is started any more. */
  readonly signal?: AbortSignal | undefined;
  /** Where the command will start. */
  readonly cwd?: string | undefined;
  /** The soft limit of open files that the command shall find, where Node has raised ours. */
  readonly openFiles?: number | undefined;
};

/** A scope that the command shares with whatever else lives there: its tree is distinguished by its mark and by parents. */
export class SharedScope implements Scope {
  readonly isolation: Isolation;
  readonly network: string;
  readonly marks: Readonly<Record<string, string>>;
  readonly #place: Place;
  readonly #openFiles: number | undefined;
  readonly #tree = new MarkedTree();
  readonly #guardian: Guardian;
  readonly #note: RunNote | undefined;
  readonly #besideBefore: readonly Beside[];
  /** Of the devices to the outside. */
  readonly #queues: DeviceQueues;

  protected constructor(place: Place, { openFiles, cgroup }: SharedOptions) {
    this.#place = place;
    this.#openFiles = openFiles;
    this.isolation = place.isolation;
    this.#besideBefore = place.beside;
    this.#queues = new DeviceQueues(place.pid, place.isolation.devices);
    this.network = networkOf(place.pid) ?? '';
    this.marks = { ...this.#tree.marks, ...place.marks };
    this.#note = RunNote.ofTree(this.#tree.run, cgroup);
    this.#guardian = new Guardian(lookFor('sh'), { run: this.#tree.run, cgroup, changes: this.#note?.fd });
  }

  get warnings(): readonly Warning[] {
    return this.#guardian.warnings;
  }

  inspect<T>(work: (process: number) => NoPromise<T>): T {
    return work(this.#place.pid);
  }

  /** @throws {NetmeterError} MISSING_TOOLS, MISSING_RIGHTS: another account was asked for */
  start<T>(account: ProcessAccount | undefined, spawn: (enter: readonly string[]) => NoPromise<T>): T {
    return spawn([...this.#place.enter, ...limitFiles(this.#openFiles), ...asOther(account)]);
  }

  commandStarted(pid: number): void {
    this.#guardian.commandStarted(pid);
  }

  administer<T>(spawn: (enter: readonly string[]) => NoPromise<T>): T {
    return spawn(this.#place.enterNetwork);
  }

  processes(): number[] {
    return this.#tree.members();
  }

  async sockDiag(): Promise<NetlinkSocket | undefined> {
    return openInNetwork(this.#place.pid, NETLINK_SOCK_DIAG);
  }

  readWire(): Promise<WireReading> {
    return this.#queues.readWire();
  }

  /** Those of now, and those that were there when it was opened: a container may have come, or have gone. */
  readonly beside = (): readonly Beside[] => {
    const now = besideDevices(readDevices(foldersOf(this.#place.pid)), this.#place.isolation.devices);
    const names = new Set(now.map(({ name }) => name));
    return [...now, ...this.#besideBefore.filter(({ name }) => !names.has(name))];
  };

  /** The devices' own counters must do. */
  async sampleWire(): Promise<WireReading> {
    // Whoever is seen belongs to the tree even when it cuts all ties later.
    this.processes();
    return {};
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#queues[Symbol.dispose]();
    if (this.processes().length > 0) await endMembers(() => this.processes());
    await this.#guardian.finish();
    this.#note?.forget();
    this.#note?.[Symbol.dispose]();
    await this.#place.leave();
  }
}

/** argv that makes a command another account's. Whoever is netmeter's own needs no program in between: the guardian ends it with us. */
function asOther(account: ProcessAccount | undefined): string[] {
  if (account === undefined) return [];
  const missing = missingRights(['CAP_SETUID', 'CAP_SETGID']);
  if (missing.length > 0) {
    throw new NetmeterError(
      'MISSING_RIGHTS',
      `another account needs rights that this process lacks: ${missing.join(', ')}`,
      {
        cure: 'Run netmeter as that account, or as root.',
      },
    );
  }
  const setpriv = lookFor('setpriv');
  if (setpriv !== undefined) return asAccount(setpriv, account);
  throw new NetmeterError('MISSING_TOOLS', 'the command cannot run as another account: setpriv was not found', {
    cure: 'Install util-linux, or run netmeter as that account.',
  });
}
