import { uncountedSockets, withUncounted } from '../attribution/bypasses/uncounted-sockets.js';
import type { Boundary } from '../boundary.js';
import type { Account } from '../command/account.js';
import type { MeasureOptions } from '../measure-options.js';
import type { Measurement } from '../measurement/measurement.js';
import { closeSeries } from '../series/close-series.js';
import type { withBehindWire } from '../traffic/behind/behind-wire.js';
import { addKnown } from '../traffic/layers.js';
import { protocolSummary } from '../traffic/protocol.js';
import { milliseconds } from '../units.js';
import { version } from '../version.js';
import { agreed } from './agreed.js';
import { judgeRun } from './limits/judge-run.js';
import { judgedBypasses } from './limits/judged-bypasses.js';
import type { LimitGuard } from './limits/keep-limits.js';
import type { openGate } from './limits/open-gate.js';
import type { Meter } from './meter.js';
import type { Observers } from './observers/observers.js';
import type { lookForOthers } from './observers/others/look-for-others.js';
import type { openChosen } from './open-chosen.js';
import type { runCommand } from './run-command.js';
import { settleBypasses } from './settle-bypasses.js';
import { isShared } from './tree/end-tree.js';
import { runWarnings } from './warnings/run-warnings.js';

/** A run whose command is over, and all that has watched it. */
type OverRun = {
  readonly argv: readonly string[];
  readonly account: Account | undefined;
  readonly options: MeasureOptions;
  readonly chosen: Awaited<ReturnType<typeof openChosen>>;
  readonly meter: Meter;
  readonly gate: Awaited<ReturnType<typeof openGate>>;
  readonly observers: Observers;
  readonly others: Awaited<ReturnType<typeof lookForOthers>> | undefined;
  readonly guard: LimitGuard;
  readonly life: Awaited<ReturnType<typeof runCommand>>;
  readonly boundary: Boundary;
};

/** Whoever shares the namespace may be in its numbers. */
const UNGRADED = { grade: 'shared', idleOctets: null, idleMs: milliseconds(0), foreignConnections: null } as const;

/** Counts for the last time, explains and judges. */
export async function closeRun(run: OverRun): Promise<Measurement> {
  const { options, chosen, meter, gate, observers, others, life, boundary } = run;
  const { scope } = chosen;
  const attempts = boundary.attempt('attempts', () => gate?.attempts() ?? scope.attempts?.() ?? null, null);
  const reading = await meter.count();
  const { delta, traffic, sockets } = reading;
  const method = await agreed(meter, reading, life.bypasses);
  // Only now: what moves while nothing of the command's is left is not in its numbers.
  const moved = addKnown([traffic.external.in.wireOctets, traffic.external.out.wireOctets]);
  const contamination = await boundary.attempt('others', () => others?.grade(moved), others && UNGRADED);
  const protocol = protocolSummary(delta);
  const explanation = await observers.explain(scope, { traffic, sockets, protocol });
  const { external } = traffic;
  const total = { in: external.in.wireOctets, out: external.out.wireOctets };
  const series = closeSeries(life.samples, { total, sampled: life.sampled, durationMs: life.movedMs });
  const figures = { external, method, traffic, protocol, series, ...explanation };
  const bypasses = withUncounted(
    await settleBypasses(life.bypasses, reading),
    uncountedSockets(explanation.processes, sockets, { atMs: life.durationMs, byLinks: !isShared(scope) }),
  );
  const budget = await judge(
    run,
    { ...figures, bypasses },
    contamination !== undefined && contamination.grade !== 'clean',
  );
  const { isolation } = scope;
  return {
    schema: 1,
    netmeter: version,
    command: commandOf(run),
    isolation,
    ...(contamination && { contamination }),
    ...((isolation.kind === 'offline' || options.egress) && { attempts: observers.named(await attempts) }),
    traffic: await withBehind(chosen, { ...reading, method }),
    method,
    protocol,
    ...explanation,
    bypasses,
    ...(budget && { budget }),
    series,
    warnings: await warningsOf(run, { ...reading, method, protocol }),
  };
}

type Counted = Omit<Awaited<ReturnType<Meter['count']>>, 'method'> & Pick<Measurement, 'method' | 'protocol'>;

async function warningsOf({ chosen: { scope, warnings }, life, boundary }: OverRun, counted: Counted) {
  const { hint, stillOpen } = life;
  const { after, delta, protocol, traffic: _, sockets: __, ...rest } = counted;
  return [
    ...warnings,
    ...scope.warnings,
    ...(await hint.warnings(protocol)),
    ...(wasUnanswered(protocol) ? (scope.unansweredWarnings?.() ?? []) : []),
    ...runWarnings(after, delta, { isolation: scope.isolation, stillOpen, ...rest }),
    ...boundary.warnings,
  ];
}

/** Traffic with what this machine itself ended or made of it. */
async function withBehind({ scope }: OverRun['chosen'], counted: Parameters<typeof withBehindWire>[1]) {
  // Loaded here: nothing of it is needed while the command starts, or runs.
  const { withBehindWire } = await import('../traffic/behind/behind-wire.js');
  return withBehindWire(scope.isolation, counted);
}

function commandOf({ argv, account, life }: OverRun): Measurement['command'] {
  const { exit, startedAt, durationMs, cpu } = life;
  return { argv, ...(account && { user: account.name ?? `${account.uid}` }), exit, startedAt, durationMs, cpu };
}

type Figures = Omit<Parameters<typeof judgeRun>[1], 'isShared' | 'bypasses' | 'ended'> & Pick<Measurement, 'bypasses'>;

async function judge(
  { options, chosen, guard, boundary }: OverRun,
  { bypasses: all, ...figures }: Figures,
  isShared: boolean,
) {
  const bypasses = options.ignoreBypasses ? [] : judgedBypasses(all ?? [], chosen.scope, figures.method);
  const judged = { ...figures, isShared, bypasses, ended: guard.ended };
  const budget = await judgeRun(
    options,
    judged,
    boundary.attemptNow('limits', () => guard.passed(), []),
  );
  // Where others are in the number, so they were when the command was ended.
  if (!budget || isShared || guard.breached.length === 0) return budget;
  return (await import('../budget/breached.js')).breached(budget, guard.breached);
}

const wasUnanswered = ({ tcp }: Measurement['protocol']) =>
  (tcp.connectionsFailed ?? 0) + (tcp.retransmittedSegments ?? 0) > 0;
