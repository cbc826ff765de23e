import { setTimeout as pause } from 'node:timers/promises';
import type { SocketCounts } from './attribution/remotes/metered-remotes.js';
import { Boundary } from './boundary.js';
import { judge } from './budget/judge.js';
import type { Limits } from './budget/limits.js';
import { HeldCounterFiles } from './counters/take-held-files.js';
import { NetmeterError } from './errors.js';
import { besideDevices } from './isolation/machine/beside-devices.js';
import { countedDevices } from './isolation/machine/counted-devices.js';
import { foldersOf, readDevices } from './isolation/machine/read-devices.js';
import { DeviceQueues } from './isolation/shared/device-queues.js';
import { DEFAULTS } from './measure-options.js';
import type { Exit } from './measurement/exit.js';
import type { Contamination, Isolation } from './measurement/isolation.js';
import type { Attached, Measurement, Warning } from './measurement/measurement.js';
import type { Method, Protocol } from './measurement/traffic.js';
import { type AttachTarget, openAttached } from './run/attached/open-attached.js';
import { octetsSince } from './run/limits/octets-since.js';
import { Meter } from './run/meter.js';
import type { Question } from './run/observers/explain.js';
import { TrafficWatch } from './run/observers/watch-traffic.js';
import { runWarnings } from './run/run-warnings.js';
import { waitForQuiet } from './run/wait-for-quiet.js';
import { closeSeries } from './series/close-series.js';
import { protocolSummary } from './traffic/protocol.js';
import { type Milliseconds, milliseconds } from './units.js';
import { version } from './version.js';

export type { AttachTarget } from './run/attached/open-attached.js';

export type AttachOptions = {
  /** How long; until the process ends, or the control group's last one, by default. */
  readonly for?: Milliseconds;
  readonly interval?: Milliseconds;
  readonly limits?: Limits;
  /** Aborted: the metering ends now. */
  readonly signal?: AbortSignal;
};

/** How often a process that is not ours is looked at for its end. */
const POLL_MS = 50;

/**
 * Meters what runs already, read-only: a process with what it has started, in a control group with others or alone, or a
 * control group. Where the kernel does not let its sockets be counted, a process' network namespace is metered, and the result
 * says how many others share it.
 * @throws {NetmeterError} NO_SUCH_PROCESS, NO_SUCH_CGROUP, NO_METER
 */
export async function attach(target: AttachTarget, options: AttachOptions = {}): Promise<Measurement> {
  const startedAt = new Date();
  const { argv, attached, process, at, isAlive } = await openAttached(target);
  using metered = at;
  using files = openCounters(process);
  const machine = readDevices(foldersOf(process));
  const devices = countedDevices(machine);
  const beside = besideDevices(machine, devices);
  const isolation: Isolation = { kind: 'join', netns: `pid ${process}`, devices };
  using queues = new DeviceQueues(process, devices);
  const scope = { isolation, readWire: () => queues.readWire(), sampleWire: async () => ({}), beside: () => beside };
  const meter = await Meter.start(scope, files, metered?.meter);
  const boundary = new Boundary();
  const since = meter.before.texts.at;
  const octets = octetsSince({ scope, files, before: meter.before, tree: metered?.meter });
  const interval = options.interval ?? DEFAULTS.interval;
  using watch = new TrafficWatch({ octets, interval, onSample: async () => {}, boundary });

  const exit = await waitForEnd(isAlive, options);
  const tree = exit.kind === 'gone' ? metered?.meter : undefined;
  const atMost = tree ? DEFAULTS.linger : milliseconds(0);
  const { stillOpen } = tree ? await waitForQuiet(files, { atMost, killed: true, tree }) : { stillOpen: 0 };
  const sampled = await watch.finish();
  const { delta, after, wire, traffic, sockets, method: counted, ...provenance } = await meter.count();
  const method = doubted(counted, metered?.doubts ?? []);
  const { external } = traffic;
  const protocol = protocolSummary(delta);
  const contamination = metered ? undefined : contaminationBy(attached);
  const { withBehindWire } = await import('./traffic/behind/behind-wire.js');
  const isShared = contamination !== undefined && contamination.grade !== 'clean';
  const budget = judge(options.limits ?? {}, { external, method, isShared, ended: false });
  const durationMs = milliseconds(Math.round(delta.elapsedMs));
  const total = { in: external.in.wireOctets, out: external.out.wireOctets };
  return {
    schema: 1,
    netmeter: version,
    command: { argv, attached, exit, startedAt: startedAt.toISOString(), durationMs, cpu: null },
    isolation,
    ...(contamination && { contamination }),
    traffic: withBehindWire(isolation, { traffic, method, wire, delta, sockets }),
    method,
    protocol,
    ...(await boundary.attempt('explanation', () => explainSockets(sockets, { scope, traffic, protocol, since }), {})),
    bypasses: null,
    ...(budget && { budget }),
    series: closeSeries(watch.samples, { total, sampled, durationMs }),
    warnings: [
      ...(isShared ? [WHOLE_NAMESPACE] : []),
      ...runWarnings(after, delta, { ...provenance, isolation, method, stillOpen }),
      ...boundary.warnings,
    ],
  };
}

type Explained = Pick<Question, 'scope' | 'traffic'> & { readonly protocol: Protocol; readonly since: number };

/** With whom, where that was counted. Names were asked for before, or by others. */
async function explainSockets(sockets: SocketCounts | undefined, { scope, traffic, protocol, since }: Explained) {
  if (!sockets) return {};
  // Loaded here: nothing of it is needed before the end.
  const { explain } = await import('./run/observers/explain.js');
  const { resetsSent } = protocol.tcp;
  const unknown = { isWhole: undefined, found: undefined, seen: undefined, reverseDns: false, namesOf: () => [] };
  return explain({ ...unknown, scope, traffic, sockets, resetsSent, startedAt: since });
}

const WHOLE_NAMESPACE: Warning = {
  code: 'WHOLE_NAMESPACE',
  message:
    'not the process alone but its whole network namespace was metered: its own sockets can be counted by root, with BPF and control groups of version 2 (sudo netmeter attach, netmeter doctor)',
};

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

/** What is not seen of the sockets, or seen of others', has no bound. */
const doubted = (method: Method, doubts: readonly string[]): Method =>
  doubts.length === 0
    ? method
    : { ...method, errorBound: { in: null, out: null }, reasons: [...doubts, ...(method.reasons ?? [])] };

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

const contaminationBy = ({ sharedWith }: Attached): Contamination => ({
  grade: sharedWith === null ? 'unknown' : sharedWith === 0 ? 'clean' : 'shared',
  idleOctets: null,
  idleMs: milliseconds(0),
  foreignConnections: null,
});
