import { withFileRightsOf } from '../linux/process/credentials.js';
import type { ProcessAccount } from '../linux/process/process-account.js';

/** Whose rights a file is opened with; undefined: this process' own. */
export type Rights = ProcessAccount | undefined;

/** On whose behalf files are opened. */
export type Behalf = {
  /** Whoever started netmeter, where that is not the process' own account: under sudo the caller. */
  readonly starter?: ProcessAccount;
  /**
   * The account whose rights are taken where a path leads through a folder or a link of user `uid`, who could have led it
   * anywhere; undefined: the starter's stay, for they must not be another's.
   */
  readonly accountOf: (uid: number) => Rights;
};

/** An ordinary process': the kernel grants it what its user may do, and no more. */
export const OWN_BEHALF: Behalf = { accountOf: () => undefined };

/** Runs `work`, which opens files and must be synchronous, with somebody's rights. */
export const withRights = <T>(rights: Rights, work: () => T): T => (rights ? withFileRightsOf(rights, work) : work());
