import { setTimeout as pause } from 'node:timers/promises';
import { Boundary } from './boundary.js';
import { judge } from './budget/judge.js';
import type { Limits } from './budget/limits.js';
import { HeldCounterFiles } from './counters/take-held-files.js';
import { NetmeterError } from './errors.js';
import { countedDevices } from './isolation/machine/counted-devices.js';
import { commandLineOf, watchLife } from './isolation/machine/process-life.js';
import { foldersOf, readDevices } from './isolation/machine/read-devices.js';
import { sharersOf } from './isolation/machine/sharers.js';
import { DeviceQueues } from './isolation/shared/device-queues.js';
import { DEFAULTS } from './measure-options.js';
import type { Exit } from './measurement/exit.js';
import type { Contamination, Isolation } from './measurement/isolation.js';
import type { Measurement } from './measurement/measurement.js';
import { octetsSince } from './run/limits/octets-since.js';
import { TrafficWatch } from './run/observers/watch-traffic.js';
import { runWarnings } from './run/run-warnings.js';
import { difference, takeReading } from './run/take-reading.js';
import { closeSeries } from './series/close-series.js';
import { countTraffic } from './traffic/count-traffic.js';
import { protocolSummary } from './traffic/protocol.js';
import { type Milliseconds, milliseconds } from './units.js';
import { version } from './version.js';

export type AttachOptions = {
  /** How long; until the process ends by default. */
  readonly for?: Milliseconds;
  readonly interval?: Milliseconds;
  readonly limits?: Limits;
  /** Aborted: the metering ends now. */
  readonly signal?: AbortSignal;
};

/** How often a process that is not ours is looked at for its end. */
const POLL_MS = 50;

/**
 * Meters the network namespace of a running process, read-only: a container's, a pod's, a service's. The numbers are
 * the namespace's: the result says how many other processes share it.
 * @throws {NetmeterError} NO_SUCH_PROCESS
 */
export async function attach(pid: number, options: AttachOptions = {}): Promise<Measurement> {
  const startedAt = new Date();
  const alive = watchLife(pid);
  const argv = commandLineOf(pid);
  using files = openCounters(pid);
  const devices = countedDevices(readDevices(foldersOf(pid)));
  const isolation: Isolation = { kind: 'join', netns: `pid ${pid}`, devices };
  using queues = new DeviceQueues(pid, devices);
  const sharedWith = sharersOf(pid);
  const before = await takeReading(queues, files);
  const watched = { isolation, sampleWire: async () => ({}) };
  const interval = options.interval ?? DEFAULTS.interval;
  const boundary = new Boundary();
  const octets = octetsSince({ scope: watched, files, before });
  using watch = new TrafficWatch({ octets, interval, onSample: async () => {}, boundary });

  const end = await waitForEnd(alive, options);
  const sampled = await watch.finish();
  const { wire, delta, after } = difference(before, await takeReading(queues, files));
  const { traffic, method, past } = countTraffic(isolation, wire, delta);
  const { external } = traffic;
  const budget = judge(options.limits ?? {}, { external, method, ended: false });
  const durationMs = milliseconds(Math.round(delta.elapsedMs));
  const total = { in: external.in.wireOctets, out: external.out.wireOctets };
  return {
    schema: 1,
    netmeter: version,
    command: {
      argv,
      attached: { pid, sharedWith },
      exit: end,
      startedAt: startedAt.toISOString(),
      durationMs,
      cpu: null,
    },
    isolation,
    contamination: contaminationBy(sharedWith),
    traffic,
    method,
    protocol: protocolSummary(delta),
    bypasses: null,
    ...(budget && { budget }),
    series: closeSeries(watch.samples, { total, sampled, durationMs }),
    warnings: [...runWarnings(after, delta, { isolation, method, past, stillOpen: 0 }), ...boundary.warnings],
  };
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

const contaminationBy = (sharedWith: number | null): Contamination => ({
  grade: sharedWith === null ? 'unknown' : sharedWith === 0 ? 'clean' : 'shared',
  idleOctets: null,
  idleMs: milliseconds(0),
  foreignConnections: null,
});
