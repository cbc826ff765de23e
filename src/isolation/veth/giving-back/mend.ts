import { existsSync, writeFileSync } from 'node:fs';
import { removeFolders } from '../../../linux/cgroup/cgroup-tree.js';
import type { Warning } from '../../../measurement/measurement.js';
import { pauseThread } from '../../tools/pause-thread.js';
import { giveBack } from './give-back.js';
import { readNotes } from './run-note.js';

/** What was found of a run whose netmeter and guardian were both killed, and what could not be mended of it. */
export type Mended = { readonly link: string; readonly failures: readonly string[] };

/** Gives back what dead runs have left on this host. Each is found by its note. */
export const mend = (): Mended[] =>
  readNotes().dead.map(({ changes, forget }) => {
    if (changes.cgroup !== undefined && existsSync(changes.cgroup)) endGroup(changes.cgroup);
    const failures = giveBack(changes, { deletesLinks: true });
    if (failures.length === 0) forget();
    return { link: changes.link, failures };
  });

function endGroup(folder: string): void {
  try {
    writeFileSync(`${folder}/cgroup.kill`, '1');
  } catch {
    // Before Linux 5.14; or it has gone.
  }
  for (let tries = 0; tries < MOST_TRIES && existsSync(folder); tries++) {
    removeFolders(folder);
    pauseThread(1);
  }
}

/** A process that was killed needs a moment for its end. */
const MOST_TRIES = 200;

/** What the reader of a report must know of it. */
export const mendedWarning = ({ link, failures }: Mended): Warning => ({
  code: 'MENDED',
  message:
    failures.length === 0
      ? `an earlier run that was killed had left ${link} and what belonged to it: it is given back`
      : `an earlier run that was killed has left ${link}, and not all could be given back: ${failures.join('; ')}`,
});
