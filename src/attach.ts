import { setTimeout as pause } from 'node:timers/promises';
import { Boundary } from './boundary.js';
import type { Limits } from './budget/limits.js';
import { checkOptions, checkTarget } from './check-options.js';
import { HeldCounterFiles } from './counters/take-held-files.js';
import { NetmeterError } from './errors.js';
import { besideDevices } from './isolation/machine/beside-devices.js';
import { countedDevices } from './isolation/machine/counted-devices.js';
import { foldersOf, readDevices } from './isolation/machine/read-devices.js';
import { DeviceQueues } from './isolation/shared/device-queues.js';
import { DEFAULTS } from './measure-options.js';
import type { Exit } from './measurement/exit.js';
import type { Isolation } from './measurement/isolation.js';
import type { Measurement } from './measurement/measurement.js';
import type { AttachedMeter } from './run/attached/attached-meter.js';
import { closeAttached } from './run/attached/close-attached.js';
import { type AttachTarget, openAttached } from './run/attached/open-attached.js';
import { octetsSince } from './run/limits/octets-since.js';
import { Meter } from './run/meter.js';
import { AttachedProcesses } from './run/observers/attached-processes.js';
import { NameWatch } from './run/observers/name-watch.js';
import { TrafficWatch } from './run/observers/watch-traffic.js';
import { type TunnelObserver, watchTunnels as watchTunnelsOf } from './run/observers/watch-tunnels.js';
import { waitForQuiet } from './run/wait-for-quiet.js';
import { type Milliseconds, milliseconds } from './units.js';

export type { AttachTarget } from './run/attached/open-attached.js';

/** What a caller of {@link attach} may choose. */
export type AttachOptions = {
  /** How long; until the process ends, or the control group's last one, by default. */
  readonly for?: Milliseconds;
  readonly interval?: Milliseconds;
  readonly limits?: Limits;
  /** Which of its processes moved what, too. */
  readonly processes?: boolean;
  /** Aborted: the metering ends now. */
  readonly signal?: AbortSignal;
};

/** How often a process that is not ours is looked at for its end. */
const POLL_MS = 50;

/**
 * Meters what runs already, read-only: a process with what it has started, in a control group with others or alone, or a
 * control group. Where the kernel does not let its sockets be counted, a process' network namespace is metered, and the result
 * says how many others share it.
 * @throws {NetmeterError} USAGE, NO_SUCH_PROCESS, NO_SUCH_CGROUP, NO_METER
 */
export async function attach(target: AttachTarget, options: AttachOptions = {}): Promise<Measurement> {
  checkTarget(target);
  checkOptions(options);
  const boundary = new Boundary();
  const of = typeof target === 'number' ? 'tree' : 'group';
  // What takes time comes before anything is counted: all of it shall begin at one moment.
  using processes = options.processes ? await AttachedProcesses.open(of, boundary) : undefined;
  const { argv, attached, process, at, isAlive } = await openAttached(target);
  using metered = at;
  boundary.attemptNow('processes', () => metered && processes?.follow(metered.living), undefined);
  using names = await watchNames(metered?.naming, boundary);
  using tunnels = metered && watchTunnels(process, metered, boundary);
  using files = openCounters(process);
  const machine = readDevices(foldersOf(process));
  const devices = countedDevices(machine);
  const beside = besideDevices(machine, devices);
  const isolation: Isolation = { kind: 'join', netns: `pid ${process}`, devices };
  using queues = new DeviceQueues(process, devices);
  const scope = { isolation, readWire: () => queues.readWire(), sampleWire: async () => ({}), beside: () => beside };
  const meter = await Meter.start(scope, files, metered?.meter);
  const octets = octetsSince({ scope, files, before: meter.before, tree: metered?.meter });
  const interval = options.interval ?? DEFAULTS.interval;
  const onSample = async () => boundary.guard('processes', () => processes?.look())();
  const since = metered?.since ?? meter.before.texts.at;
  using watch = new TrafficWatch({ octets, interval, onSample, startedAt: since, boundary });

  const exit = await waitForEnd(isAlive, options);
  const tree = exit.kind === 'gone' ? metered?.meter : undefined;
  const atMost = tree ? DEFAULTS.linger : milliseconds(0);
  const { stillOpen } = tree ? await waitForQuiet(files, { atMost, killed: true, tree }) : { stillOpen: 0 };
  const sampled = await watch.finish();
  meter.tunnels = await tunnels?.finish();
  const life = { since, exit, stillOpen, samples: watch.samples, sampled };
  // Awaited here: afterwards all of it is disposed of.
  const found = { names, processes: metered && processes, limits: options.limits, boundary };
  return await closeAttached({ argv, attached, at, scope, meter, life, ...found });
}

/** The look-ups from now on. */
async function watchNames(group: AttachedMeter['naming'] | undefined, boundary: Boundary): Promise<NameWatch> {
  const names = new NameWatch(boundary);
  names.start({ isolation: { kind: 'join' } }, group && { ...group, ready });
  await names.sees();
  return names;
}

const ready = async () => true;

function watchTunnels(process: number, { living }: AttachedMeter, boundary: Boundary): TunnelObserver {
  const isOfTree = (pid: number) => new Set(living.list()).has(pid);
  return watchTunnelsOf({ inspect: (work) => work(process) }, { isOfTree, isThere: true }, boundary);
}

function openCounters(pid: number): HeldCounterFiles {
  try {
    return new HeldCounterFiles(pid);
  } catch (cause) {
    throw new NetmeterError(
      'NO_SUCH_PROCESS',
      `the counters of process ${pid} cannot be read: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}

async function waitForEnd(
  alive: () => boolean,
  { for: atMost = milliseconds(Infinity), signal }: AttachOptions,
): Promise<Exit> {
  const deadline = performance.now() + atMost;
  while (alive()) {
    const left = deadline - performance.now();
    if (left <= 0 || signal?.aborted) return { kind: 'running' };
    await pause(Math.min(POLL_MS, left), undefined, signal ? { signal } : {}).catch(() => {});
  }
  return { kind: 'gone' };
}
