import { processAccount } from '../command/account.js';
import { type CpuTime, childCpu } from '../command/child-cpu.js';
import { type RunningCommand, startCommand } from '../command/start-command.js';
import type { Measurement } from '../measurement/measurement.js';
import { milliseconds } from '../units.js';
import { handedPast } from './handed-past.js';
import type { OrphanWatch } from './observers/watch-orphans.js';
import type { Stage } from './stage.js';

/** Starts the command, which may fail. `start` is by `performance.now()`. */
export function begin({ argv, env, account, options, meter: { scope }, tree }: Stage) {
  const startedAt = new Date().toISOString();
  const start = performance.now();
  const cpuBefore = childCpu();
  const plan = { ...options, env: { ...env, ...scope.marks }, argv };
  const owner = processAccount(account);
  const command = tree.start(() =>
    scope.start(owner, (enter) => startCommand({ ...plan, ...handedPast(enter, plan) })),
  );
  return { command, startedAt, start, cpuBefore };
}

type Beside = { readonly stage: Stage; readonly orphans: OrphanWatch; readonly cpuBefore: CpuTime | undefined };

/** Waits for the command's own end. Its tree is ended where the run is interrupted meanwhile. */
export async function endOf(command: RunningCommand, { stage: { options, tree }, orphans, cpuBefore }: Beside) {
  const stop = () => void tree.end();
  options.signal?.addEventListener('abort', stop, { once: true });
  const exit = await command.exited;
  const exitedAt = performance.now();
  await orphans.atCommandEnd();
  tree.command = undefined;
  const isAlone = tree.processes().length === 0;
  const cpu = cpuSpent(cpuBefore, childCpu());
  options.signal?.removeEventListener('abort', stop);
  return { exit, exitedAt, isAlone, cpu };
}

function cpuSpent(before: CpuTime | undefined, after: CpuTime | undefined): Measurement['command']['cpu'] {
  if (!before || !after) return null;
  return {
    userMs: milliseconds(after.userMs - before.userMs),
    systemMs: milliseconds(after.systemMs - before.systemMs),
  };
}
