import { setTimeout as pause } from 'node:timers/promises';
import { parseConnections } from '../counters/connections.js';
import { parseDev } from '../counters/dev.js';
import { openSockets } from '../counters/open-sockets.js';
import type { HeldCounterFiles } from '../counters/take-held-files.js';
import { isUnsettled, unsettledConnections } from '../counters/tcp-states.js';
import type { CgroupMeter } from '../observe/meter/cgroup-meter.js';
import { allOctets } from '../traffic/shared/tree-count.js';
import type { Milliseconds } from '../units.js';
import type { OtherUsers } from './observers/others/other-users.js';

const POLL_MS = 10;
/** Counters that did not move this long are taken as final. */
const QUIET_MS = 50;
/** The peer of a killed command goes on sending until our resets reach it. */
const QUIET_AFTER_KILL_MS = 250;
/** Where others send too it may never be still: this many times as long is enough. */
const PATIENCE = 4;

export type Linger = {
  readonly atMost: Milliseconds;
  readonly killed: boolean;
  readonly hurry?: AbortSignal | undefined;
  /** In a namespace that is not the command's alone: who distinguishes the connections. */
  readonly others?: OtherUsers | undefined;
  /** Where the tree's own sockets are counted. */
  readonly tree?: Pick<CgroupMeter, 'read' | 'connections'> | undefined;
};

export type Quiet = {
  /** Connections that were still open when the time was over. */
  readonly stillOpen: number;
  /** performance.now() when the last bytes were seen to move; the beginning of the wait when none were. */
  readonly since: number;
};

/**
 * Waits, after the last process has gone, for the bytes that are still in flight: a socket that was closed with unsent
 * data sends on, a peer answers. A namespace that never sent anything is quiet at once.
 */
export async function waitForQuiet(files: HeldCounterFiles, linger: Linger): Promise<Quiet> {
  const { atMost, killed, hurry, others, tree } = linger;
  const stillOpen = () => (tree ? unsettledOf(files, tree) : others ? others.stillClosing() : openConnections(files));
  const moved = () => (tree ? allOctets(tree.read()) : externalBytes(files));
  const start = performance.now();
  const quietMs = killed ? QUIET_AFTER_KILL_MS : QUIET_MS;
  let bytes = moved();
  let since = start;
  for (;;) {
    const now = performance.now();
    const isQuiet = bytes === 0n || now - since >= quietMs || (others && now - start >= PATIENCE * quietMs);
    const isOver = now - start >= atMost || hurry?.aborted;
    // Not before: a list has all of the machine's connections, and thousands in TIME_WAIT where the command has made as many.
    if (isQuiet || isOver) {
      const open = stillOpen();
      if (open === 0 || isOver) return { stillOpen: open, since };
    }
    await pause(POLL_MS);
    const later = moved();
    if (later !== bytes) since = performance.now();
    bytes = later;
  }
}

/**
 * A connection whose peer has not closed yet (FIN_WAIT2) is no socket any more for `inuse`: the kernel keeps a
 * time-wait entry for it. Only the list of connections distinguishes it from one that is over.
 */
function openConnections(files: HeldCounterFiles): number {
  const { inUse, timeWait } = openSockets((file) => files.read(file));
  if (inUse + timeWait === 0) return 0;
  return unsettledConnections(files.read('tcp') ?? '') + unsettledConnections(files.read('tcp6') ?? '');
}

/**
 * Those of the tree alone; a list costs the kernel 1.5 ms, and is not asked for where there was no connection. Of Multipath TCP
 * what a program has closed goes on in connections that are established, and the kernel's own.
 */
function unsettledOf(files: HeldCounterFiles, { connections }: Pick<CgroupMeter, 'connections'>): number {
  if (connections.opened === 0) return 0;
  const all = (['tcp', 'tcp6'] as const).flatMap((file) => parseConnections(files.read(file) ?? ''));
  return all.filter(({ state, local, remote }) => isUnsettled(state) && connections.knows(local, remote)).length;
}

function externalBytes(files: HeldCounterFiles): bigint {
  const devices = Object.entries(parseDev(files.read('dev') ?? ''));
  return devices.reduce(
    (total, [name, link]) => (name === 'lo' ? total : total + (link['rxBytes'] ?? 0n) + (link['txBytes'] ?? 0n)),
    0n,
  );
}
