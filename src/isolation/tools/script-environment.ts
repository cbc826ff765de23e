import { pid } from 'node:process';
import { lookFor } from './find-tools.js';

/** A name for a run that no other run on this machine has at the same time. */
export const newRun = () => `${pid}-${Date.now().toString(36)}`;

/**
 * What every guardian's script needs to know; nothing of the caller's environment can mislead the tools.
 * @param tools each is a variable by its name
 * @param openFiles the soft limit to go back to
 * @param cgroup the folder of the control group that the command's tree may get
 */
export const scriptEnvironment = (
  tools: Readonly<Record<string, string>>,
  openFiles: number | undefined,
  cgroup: string | undefined,
): NodeJS.ProcessEnv => ({
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  HOME: '/dev/null',
  ...Object.fromEntries(Object.entries(tools).map(([name, file]) => [name.toUpperCase(), file])),
  // Without it, or with BusyBox's, which lacks -z, the shell reads by itself.
  GREP: lookFor('grep') ?? '',
  NETMETER: `${pid}`,
  CGROUP: cgroup ?? '',
  OPEN_FILES: openFiles === undefined ? '' : `${openFiles}`,
});
