import type { Boundary } from '../boundary.js';
import { type Account, processAccount } from '../command/account.js';
import { type CpuTime, childCpu } from '../command/child-cpu.js';
import { startCommand } from '../command/start-command.js';
import { NetmeterError } from '../errors.js';
import { DEFAULTS, type MeasureOptions } from '../measure-options.js';
import type { Exit } from '../measurement/exit.js';
import type { Measurement } from '../measurement/measurement.js';
import type { Bypass } from '../measurement/remotes.js';
import type { Sample } from '../measurement/series.js';
import type { InOut } from '../measurement/traffic.js';
import type { Samples } from '../series/series.js';
import { type IpOctets, type Milliseconds, milliseconds } from '../units.js';
import { handedPast } from './handed-past.js';
import type { LimitGuard } from './limits/keep-limits.js';
import { octetsSince } from './limits/octets-since.js';
import type { Meter } from './meter.js';
import { PortHint } from './observers/hint-at-ports.js';
import { BypassWatch } from './observers/look-for-bypasses.js';
import type { Observers } from './observers/observers.js';
import type { OtherUsers } from './observers/others/other-users.js';
import { OrphanWatch } from './observers/watch-orphans.js';
import { TrafficWatch } from './observers/watch-traffic.js';
import { prepareEnd } from './prepare-end.js';
import type { CommandTree } from './tree/command-tree.js';
import { waitForTree } from './tree/wait-for-tree.js';
import { waitForQuiet } from './wait-for-quiet.js';

export type Stage = {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly account: Account | undefined;
  readonly options: MeasureOptions;
  readonly meter: Meter;
  readonly tree: CommandTree;
  readonly guard: LimitGuard;
  readonly observers: Observers;
  readonly others: OtherUsers | undefined;
  /** Where exceptions of what works beside the command end. */
  readonly boundary: Boundary;
};

/** How a command and its descendants lived, and what was seen meanwhile. */
export type Life = {
  readonly exit: Exit;
  /** ISO 8601. */
  readonly startedAt: string;
  /** From the command's start until the last of its processes was gone. */
  readonly durationMs: Milliseconds;
  readonly cpu: Measurement['command']['cpu'];
  readonly samples: Samples;
  /** What a last sample came to, when nothing moved any more; undefined: it could not be determined. */
  readonly sampled: InOut<IpOctets> | undefined;
  /** From the command's start until the last of its bytes had moved. */
  readonly movedMs: Milliseconds;
  readonly bypasses: readonly Bypass[] | null;
  readonly hint: PortHint;
  /** Connections that the wait for bytes in flight has not seen the end of. */
  readonly stillOpen: number;
};

/**
 * Starts the command, and waits until it, its descendants and its bytes in flight are gone.
 * @throws {NetmeterError} INTERRUPTED: it was aborted before the start; COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE: it cannot be executed
 */
export async function runCommand(stage: Stage): Promise<Life> {
  const { argv, env, account, options, meter, tree, guard, observers, others, boundary } = stage;
  const { scope, files } = meter;
  const { signal, hurry, wait = 'tree', interval = DEFAULTS.interval, linger = DEFAULTS.linger } = options;
  // From here to the listener nothing is awaited: a signal is either seen here, or by the listener.
  if (signal?.aborted) throw new NetmeterError('INTERRUPTED', 'interrupted before the command started');
  using bypasses = new BypassWatch(scope, tree.groupView(meter.tree !== undefined), boundary);
  meter.nestedFate = () => bypasses.nestedFate;
  const startedAt = new Date().toISOString();
  const start = performance.now();
  const cpuBefore = childCpu();
  const plan = { ...options, env: { ...env, ...scope.marks }, argv };
  const owner = processAccount(account);
  const command = tree.start(() =>
    scope.start(owner, (enter) => startCommand({ ...plan, ...handedPast(enter, plan) })),
  );
  if ('failure' in command) throw await command.failure;
  scope.commandStarted(command.pid);
  tree.command = command;
  observers.commandStarted(command.pid);
  using orphans = new OrphanWatch(meter);
  const onSample = (sample: Sample) => {
    boundary.guard('others', () => others?.lookBeside())();
    void bypasses.look();
    observers.look();
    return boundary.attempt('limits', () => guard.look(sample), undefined);
  };
  using watch = new TrafficWatch({ octets: octetsSince(meter), interval, onSample, startedAt: start, boundary });
  boundary.guard('limits', () => guard.commandStarted())();
  const hint = new PortHint({ scope, sockets: meter.sockets, offered: options.hostPorts ?? [], boundary });
  options.onStart?.(command);
  prepareEnd(meter, boundary);
  const stop = () => void tree.end();
  signal?.addEventListener('abort', stop, { once: true });

  const exit = await command.exited;
  const exitedAt = performance.now();
  await orphans.atCommandEnd();
  tree.command = undefined;
  const isAlone = tree.processes().length === 0;
  const cpuOfCommand = cpuSpent(cpuBefore, childCpu());
  signal?.removeEventListener('abort', stop);
  await hint.settle();
  await bypasses.atCommandEnd(isAlone);
  options.onCommandEnd?.(tree.processes().length);
  const cutShort = await waitForTree({ tree, endNow: wait === 'command', signal });
  const endedAt = isAlone ? exitedAt : performance.now();
  const killed = exit.kind === 'signal' || cutShort;
  const { stillOpen, since } = await waitForQuiet(files, {
    atMost: linger,
    killed,
    hurry,
    others,
    tree: meter.tree,
  });
  const sampled = await watch.finish();
  await boundary.attempt('limits', () => guard.finish(), undefined);
  const { nestedFate } = bypasses;
  meter.nestedFate = () => nestedFate;
  const after = (at: number) => milliseconds(Math.round(at - start));
  return {
    ...{ exit, startedAt, sampled, hint, stillOpen },
    cpu: tree.cpu ?? cpuOfCommand,
    durationMs: after(endedAt),
    movedMs: after(Math.max(endedAt, since)),
    samples: watch.samples,
    bypasses: bypasses.found,
  };
}

function cpuSpent(before: CpuTime | undefined, after: CpuTime | undefined): Measurement['command']['cpu'] {
  if (!before || !after) return null;
  return {
    userMs: milliseconds(after.userMs - before.userMs),
    systemMs: milliseconds(after.systemMs - before.systemMs),
  };
}
