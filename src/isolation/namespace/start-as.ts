import { readdirSync } from 'node:fs';
import type { NoPromise } from '../../linux/no-promise.js';
import { withOpenFileLimit } from '../../linux/process/open-file-limit.js';
import { asAccount, type ProcessAccount } from '../../linux/process/process-account.js';
import { lookFor } from '../tools/programs/find-tools.js';

export type StartAs = {
  /** Undefined: netmeter's own. */
  readonly account: ProcessAccount | undefined;
  /** The soft limit of open files; undefined: netmeter's own. */
  readonly openFiles: number | undefined;
};

/** What a spawn opens for a moment. */
const SPARE = 32;

/** Starts a process as another account's and with another limit: it inherits both from this thread, which has them for a moment. */
export function startAs<T>({ account, openFiles }: StartAs, spawn: (enter: readonly string[]) => NoPromise<T>): T {
  const isTooLow = openFiles !== undefined && openFiles < readdirSync('/proc/self/fd').length + SPARE;
  const enter = isTooLow ? limitFiles(openFiles) : [];
  const start = () => spawn(enter);
  const limited = () => (openFiles === undefined || isTooLow ? start() : withOpenFileLimit<T>(openFiles, start));
  return account ? asAccount<T>(account, limited as () => NoPromise<T>) : limited();
}

/** With fewer than netmeter itself has open nothing could be started. */
function limitFiles(soft: number): string[] {
  const prlimit = lookFor('prlimit');
  return prlimit === undefined ? [] : [prlimit, `--nofile=${soft}:`, '--'];
}
