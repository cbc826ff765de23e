import type { RunningCommand } from '../command/start-command.js';
import { NetmeterError } from '../errors.js';
import { DEFAULTS } from '../measure-options.js';
import type { Exit } from '../measurement/exit.js';
import type { Measurement } from '../measurement/measurement.js';
import type { Bypass } from '../measurement/remotes.js';
import type { Sample } from '../measurement/series.js';
import type { InOut } from '../measurement/traffic.js';
import type { Samples } from '../series/series.js';
import { type IpOctets, type Milliseconds, milliseconds } from '../units.js';
import { octetsSince } from './limits/octets-since.js';
import { PortHint } from './observers/hint-at-ports.js';
import { BypassWatch } from './observers/look-for-bypasses.js';
import { OrphanWatch } from './observers/watch-orphans.js';
import { TrafficWatch } from './observers/watch-traffic.js';
import { begin, endOf } from './own-life.js';
import { prepareEnd } from './prepare-end.js';
import type { Stage } from './stage.js';
import { waitForTree } from './tree/wait-for-tree.js';
import { waitForQuiet } from './wait-for-quiet.js';

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
  const { options, meter, tree, guard, boundary } = stage;
  // From here to the listener nothing is awaited: a signal is either seen here, or by the listener.
  if (options.signal?.aborted) throw new NetmeterError('INTERRUPTED', 'interrupted before the command started');
  using bypasses = new BypassWatch(meter.scope, tree.groupView(meter.tree !== undefined), boundary);
  meter.nestedFate = () => bypasses.nestedFate;
  const { command, startedAt, start, cpuBefore } = begin(stage);
  if ('failure' in command) throw await command.failure;
  tellOfStart(stage, command);
  using orphans = new OrphanWatch(meter);
  using watch = watchTraffic(stage, bypasses, start);
  boundary.guard('limits', () => guard.commandStarted())();
  const offered = options.hostPorts ?? [];
  const hint = new PortHint({ scope: meter.scope, sockets: meter.sockets, offered, boundary });
  options.onStart?.(command);
  prepareEnd(meter, boundary);

  const { exit, exitedAt, isAlone, cpu } = await endOf(command, { stage, orphans, cpuBefore });
  await hint.settle();
  await bypasses.atCommandEnd(isAlone);
  options.onCommandEnd?.(tree.processes().length);
  const cutShort = await waitForTree({ tree, endNow: options.wait === 'command', signal: options.signal });
  const endedAt = isAlone ? exitedAt : performance.now();
  const { stillOpen, since } = await quiet(stage, exit.kind === 'signal' || cutShort);
  const sampled = await watch.finish();
  await boundary.attempt('limits', () => guard.finish(), undefined);
  const { nestedFate } = bypasses;
  meter.nestedFate = () => nestedFate;
  meter.tunnels = await bypasses.tunnels();
  const after = (at: number) => milliseconds(Math.round(at - start));
  return {
    ...{ exit, startedAt, sampled, hint, stillOpen },
    cpu: tree.cpu ?? cpu,
    durationMs: after(endedAt),
    movedMs: after(Math.max(endedAt, since)),
    samples: watch.samples,
    bypasses: bypasses.found,
  };
}

function tellOfStart({ meter, tree, observers }: Stage, command: RunningCommand): void {
  meter.scope.commandStarted(command.pid);
  tree.command = command;
  observers.commandStarted(command.pid);
}

/** Looks around with each sample. */
function watchTraffic(
  { options, meter, guard, observers, others, boundary }: Stage,
  bypasses: BypassWatch,
  start: number,
) {
  const onSample = (sample: Sample) => {
    boundary.guard('others', () => others?.lookBeside())();
    void bypasses.look();
    observers.look();
    return boundary.attempt('limits', () => guard.look(sample), undefined);
  };
  const { interval = DEFAULTS.interval } = options;
  return new TrafficWatch({ octets: octetsSince(meter), interval, onSample, startedAt: start, boundary });
}

/** Waits for the tree's bytes in flight. */
function quiet({ options, meter: { files, tree }, others }: Stage, killed: boolean) {
  const { linger = DEFAULTS.linger, hurry } = options;
  return waitForQuiet(files, { atMost: linger, killed, hurry, others, tree });
}
