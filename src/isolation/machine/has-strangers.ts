import { readdirSync } from 'node:fs';
import { pauseThread } from '../tools/pause-thread.js';
import { readEnvironment } from './read-processes.js';

/** How often, a millisecond apart, it is looked again for who is in the middle of an exec. */
const LOOKS = 20;

/** The pids that there are. */
export const listPids = (): ReadonlySet<string> => new Set(readdirSync('/proc').filter((name) => /^\d+$/.test(name)));

/** Whether somebody who came after `known` carries a run's mark. Whoever is just starting a program is waited for. */
export function hasStrangers(run: string, known: ReadonlySet<string>): boolean {
  const mark = `\0NETMETER_RUN=${run}\0`;
  for (let look = 0; look < LOOKS; look++) {
    const environments = [...listPids()].filter((pid) => !known.has(pid)).map((pid) => readEnvironment(Number(pid)));
    if (environments.some((environment) => `\0${environment ?? ''}`.includes(mark))) return true;
    if (!environments.includes(undefined)) return false;
    pauseThread(1);
  }
  return false;
}
