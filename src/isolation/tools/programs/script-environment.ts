import { pid } from 'node:process';

/** A name for a run that no other run on this machine has at the same time. */
export const newRun = () => `${pid}-${Date.now().toString(36)}`;

/**
 * What every script needs to know; nothing of the caller's environment can mislead the tools.
 * @param tools each is a variable by its name
 */
export const scriptEnvironment = (tools: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  HOME: '/dev/null',
  ...Object.fromEntries(Object.entries(tools).map(([name, file]) => [name.toUpperCase(), file])),
});
