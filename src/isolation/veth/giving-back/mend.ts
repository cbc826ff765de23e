import { existsSync, writeFileSync } from 'node:fs';
import { kill, pid } from 'node:process';
import { removeFolders } from '../../../linux/cgroup/cgroup-tree.js';
import type { Warning } from '../../../measurement/measurement.js';
import { MarkedTree } from '../../machine/members/marked-tree.js';
import { readEnvironment, readProcesses } from '../../machine/read-processes.js';
import type { HostChanges } from '../../notes/host-changes.js';
import { ownNamespaces } from '../../notes/note-files.js';
import { type DeadNote, readNotes } from '../../notes/read-notes.js';
import { pauseThread } from '../../tools/pause-thread.js';
import { giveBack } from './give-back.js';
import { isNetworkGone } from './is-network-gone.js';

/** What was found of a run whose netmeter and guardian were both killed, and what could not be mended of it. */
export type Mended = { readonly left: string; readonly failures: readonly string[] };

/**
 * Ends what dead runs have left, and gives back what they have changed. Each is found by its note. One of another network
 * namespace is that namespace's to mend, as long as there is one.
 */
export function mend(): Mended[] {
  const { network } = ownNamespaces();
  const { dead } = readNotes();
  const elsewhere = dead.filter(({ changes }) => changes.network !== network);
  for (const { changes, forget } of elsewhere.filter(({ changes }) => isNetworkGone(changes))) {
    endTree(changes);
    if (groupLeft(changes).length === 0) forget();
  }
  return dead.filter((note) => !elsewhere.includes(note)).map(mendOne);
}

function mendOne({ changes, forget }: DeadNote): Mended {
  endTree(changes);
  const failures = [...groupLeft(changes), ...giveBack(changes, { deletesLinks: true })];
  if (failures.length === 0) forget();
  const left = changes.link === '' ? 'processes or their control group' : `${changes.link} and what belonged to it`;
  return { left, failures };
}

/** The command's processes, which live on without their network. */
function endTree({ cgroup, run }: HostChanges): void {
  if (cgroup !== undefined && existsSync(cgroup)) endGroup(cgroup);
  if (run !== undefined) endMarked(run);
}

const groupLeft = ({ cgroup }: HostChanges): readonly string[] =>
  cgroup !== undefined && existsSync(cgroup) ? [`the control group ${cgroup} still has processes`] : [];

function endGroup(folder: string): void {
  try {
    writeFileSync(`${folder}/cgroup.kill`, '1');
  } catch {
    // Before Linux 5.14; or it has gone.
  }
  for (let tries = 0; tries < MOST_TRIES_OF_GROUP && existsSync(folder); tries++) {
    removeFolders(folder);
    pauseThread(1);
  }
}

/** Those that were in no group, or have left it. All of them were there before us. */
function endMarked(run: string): void {
  const list = () => readProcesses().filter((process) => process.pid !== pid);
  const tree = new MarkedTree(run, { list, environment: readEnvironment, pause: pauseThread });
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const members = tree.members();
    if (members.length === 0) return;
    for (const member of members) endOne(member);
    pauseThread(1);
  }
}

function endOne(member: number): void {
  try {
    kill(member, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** A process that was killed needs a moment for its end, and on a busy machine many of them a long one. */
const MOST_TRIES = 200;
const MOST_TRIES_OF_GROUP = 3000;

/** What the reader of a report must know of it. */
export const mendedWarning = ({ left, failures }: Mended): Warning => ({
  code: 'MENDED',
  message:
    failures.length === 0
      ? `an earlier run that was killed had left ${left}: it is given back`
      : `an earlier run that was killed has left ${left}, and not all could be given back: ${failures.join('; ')}`,
});
