import { execPath } from 'node:process';
import { GIVE_BACK_WORD } from '../own-file.js';

export type GuardianOptions = {
  /** The folder of the control group that the command's tree may get. */
  readonly cgroup?: string | undefined;
};

export type Guarded = GuardianOptions & {
  /** The run's mark, by which the command's descendants are known wherever they go. */
  readonly run: string;
  /** The command's network namespace, whose processes end with netmeter. */
  readonly namespace?: number | undefined;
  /** A file with what the run has changed on this host; it may be written later. */
  readonly changes?: number | undefined;
  /** The netlink socket that owns the run's tables: nobody else could take them away. */
  readonly tables?: number | undefined;
  /** argv of a program that shall live as long as netmeter. */
  readonly beside?: readonly string[] | undefined;
};

/** Where it finds what it holds; a descriptor that is left out is closed. */
const NAMESPACE = 3;
const CHANGES = 4;
const TABLES = 5;

/** Nothing of the caller's environment can mislead it. */
export const guardianEnvironment = (entry: string, { run, cgroup = '', ...held }: Guarded): NodeJS.ProcessEnv => ({
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  HOME: '/dev/null',
  ...{ RUN: run, CGROUP: cgroup },
  NAMESPACE: held.namespace === undefined ? '' : `${NAMESPACE}`,
  CHANGES: held.changes === undefined ? '' : `${CHANGES}`,
  TABLES: held.tables === undefined ? '' : `${TABLES}`,
  ...{ NODE: execPath, ENTRY: entry, GIVE_BACK: GIVE_BACK_WORD },
});
