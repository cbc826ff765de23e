import type { NoPromise } from '../../linux/no-promise.js';
import type { ProcessAccount } from '../../linux/process/process-account.js';
import type { RunMembers } from '../machine/members/run-members.js';
import type { HostPort } from '../ports/ports.js';
import type { Administer } from '../tools/programs/administer.js';
import type { InnerNetlink } from '../tools/sockets/inner-netlink.js';

export type OfflineNamespaceOptions = {
  readonly cwd?: string | undefined;
  readonly openFiles?: number | undefined;
  readonly hostPorts?: readonly HostPort[] | undefined;
};

/** A network namespace with loopback alone, and the ways into it. */
export interface OfflineNamespace extends AsyncDisposable {
  readonly members: RunMembers;
  /** How the kernel names it. */
  readonly identity: string;
  /** A descriptor of it. */
  readonly network: number;
  inspect<T>(work: (process: number | 'thread-self') => NoPromise<T>): T;
  start<T>(account: ProcessAccount | undefined, spawn: (enter: readonly string[]) => NoPromise<T>): T;
  administer: Administer;
  netlink(): Promise<InnerNetlink>;
  /** Once its loopback is up, and before it is asked for anything else. @throws {NetmeterError} SETUP_FAILED */
  made(): Promise<void>;
  /** Leads all that is for the outside to loopback, where rules refuse it. @throws {NetmeterError} SETUP_FAILED */
  leadToLoopback(): Promise<void>;
}
