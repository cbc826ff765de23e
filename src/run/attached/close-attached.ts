import type { SocketCounts } from '../../attribution/remotes/socket-counts.js';
import { asFarAsSeen } from '../../attribution/seen-queries.js';
import type { Boundary } from '../../boundary.js';
import { judge } from '../../budget/judge.js';
import type { Limits } from '../../budget/limits.js';
import type { Exit } from '../../measurement/exit.js';
import type { Contamination, Isolation } from '../../measurement/isolation.js';
import type { Attached, Measurement, Warning } from '../../measurement/measurement.js';
import type { Method } from '../../measurement/method.js';
import type { Protocol } from '../../measurement/traffic.js';
import { closeSeries } from '../../series/close-series.js';
import { protocolSummary } from '../../traffic/protocol.js';
import { milliseconds } from '../../units.js';
import { version } from '../../version.js';
import type { Meter } from '../meter.js';
import type { AttachedProcesses } from '../observers/attached-processes.js';
import type { Question } from '../observers/explain.js';
import type { NameWatch } from '../observers/name-watch.js';
import { runWarnings } from '../warnings/run-warnings.js';
import type { Opened } from './open-attached.js';

/** What was metered until it ended, or until it was enough. */
type OverAttached = Pick<Opened, 'argv' | 'attached' | 'at'> & {
  readonly scope: Question['scope'] & { readonly isolation: Isolation };
  readonly meter: Pick<Meter, 'before' | 'count'>;
  readonly names: NameWatch;
  /** Undefined: it was not asked for. */
  readonly processes: AttachedProcesses | undefined;
  readonly life: Life;
  readonly limits: Limits | undefined;
  readonly boundary: Boundary;
};

type Life = {
  /** performance.now() when counting began. */
  readonly since: number;
  readonly exit: Exit;
  readonly stillOpen: number;
  readonly samples: Parameters<typeof closeSeries>[0];
  readonly sampled: Parameters<typeof closeSeries>[1]['sampled'];
};

/** Counts for the last time, explains and judges. */
export async function closeAttached(over: OverAttached): Promise<Measurement> {
  const { argv, attached, at, scope, meter, life, limits = {}, boundary } = over;
  const { isolation } = scope;
  const { delta, after, wire, traffic, sockets, method: counted, ...provenance } = await meter.count();
  const method = doubted(counted, at?.doubts ?? []);
  const { external } = traffic;
  const protocol = protocolSummary(delta);
  const contamination = at ? undefined : contaminationBy(attached);
  const { withBehindWire } = await import('../../traffic/behind/behind-wire.js');
  const isShared = contamination !== undefined && contamination.grade !== 'clean';
  const budget = judge(limits, { external, method, isShared, ended: false });
  const durationMs = milliseconds(Math.round(delta.elapsedMs + meter.before.texts.at - life.since));
  const total = { in: external.in.wireOctets, out: external.out.wireOctets };
  const { since, exit, stillOpen, samples, sampled } = life;
  const startedAt = new Date(performance.timeOrigin + since);
  return {
    schema: 1,
    netmeter: version,
    command: { argv, attached, exit, startedAt: startedAt.toISOString(), durationMs, cpu: null },
    isolation,
    ...(contamination && { contamination }),
    traffic: withBehindWire(isolation, { traffic, method, wire, delta, sockets }),
    method,
    protocol,
    ...(await boundary.attempt('explanation', () => explainSockets(over, { traffic, sockets, protocol }), {})),
    bypasses: null,
    ...(budget && { budget }),
    series: closeSeries(samples, { total, sampled, durationMs }),
    warnings: [
      ...(isShared ? [WHOLE_NAMESPACE] : []),
      ...runWarnings(after, delta, { ...provenance, isolation, isAttached: true, method, stillOpen }),
      ...boundary.warnings,
    ],
  };
}

type Counted = Pick<Question, 'traffic'> & {
  readonly sockets: SocketCounts | undefined;
  readonly protocol: Protocol;
};

/** With whom, where that was counted. */
async function explainSockets(
  { scope, life, names, processes, boundary }: OverAttached,
  { traffic, sockets, protocol }: Counted,
) {
  if (!sockets) return {};
  const dns = await names.finish();
  // Loaded here: nothing of it is needed before the end.
  const { explain } = await import('../observers/explain.js');
  const { namesOf, servers } = names;
  const { resetsSent } = protocol.tcp;
  const found = boundary.attemptNow('processes', () => processes?.finish(), undefined);
  const unknown = { isWhole: undefined, seen: undefined, reverseDns: false };
  const explained = await explain({
    ...unknown,
    found,
    namesOf,
    scope,
    traffic,
    sockets,
    resetsSent,
    startedAt: life.since,
  });
  return { ...explained, ...(dns && { dns: asFarAsSeen(dns, servers, explained.remotes) }) };
}

/** What is not seen of the sockets, or seen of others', has no bound. */
const doubted = (method: Method, doubts: readonly string[]): Method =>
  doubts.length === 0
    ? method
    : { ...method, errorBound: { in: null, out: null }, reasons: [...doubts, ...(method.reasons ?? [])] };

const contaminationBy = ({ sharedWith }: Attached): Contamination => ({
  grade: sharedWith === null ? 'unknown' : sharedWith === 0 ? 'clean' : 'shared',
  idleOctets: null,
  idleMs: milliseconds(0),
  foreignConnections: null,
});

const WHOLE_NAMESPACE: Warning = {
  code: 'WHOLE_NAMESPACE',
  message:
    'not the process alone but its whole network namespace was metered: its own sockets can be counted by root, with BPF and control groups of version 2 (sudo netmeter attach, netmeter doctor)',
};
