import { env as ownEnvironment, pid as ownPid } from 'node:process';
import type { Evidence } from './budget/evidence.js';
import { type Limits, needsNames, needsProcesses } from './budget/limits.js';
import { type Account, chooseAccount, identityOptions } from './command/account.js';
import { childCpu } from './command/child-cpu.js';
import { findCommand } from './command/find-command.js';
import { type RunningCommand, startCommand } from './command/start-command.js';
import { HeldCounterFiles } from './counters/take-held-files.js';
import { NetmeterError } from './errors.js';
import type { Egress } from './isolation/destinations.js';
import type { Scope } from './isolation/scope.js';
import { DEFAULTS, type MeasureOptions } from './measure-options.js';
import type { Measurement, Sample } from './measurement.js';
import { choosePlace } from './run/choose-place.js';
import { BreachEnder } from './run/end-on-breach.js';
import { endTree, isShared } from './run/end-tree.js';
import type { Enforcement } from './run/enforce-limits.js';
import { PortHint } from './run/hint-at-ports.js';
import { DoorWatch } from './run/look-for-doors.js';
import { cutOctetsSince, octetsSince } from './run/octets-since.js';
import { openScope } from './run/open-scope.js';
import { runWarnings } from './run/run-warnings.js';
import { difference, takeReading } from './run/take-reading.js';
import { waitForQuiet } from './run/wait-for-quiet.js';
import { waitForTree } from './run/wait-for-tree.js';
import { TrafficWatch } from './run/watch-traffic.js';
import { Witnesses } from './run/witnesses.js';
import { closeSeries } from './series/series.js';
import { countTraffic } from './traffic/count-traffic.js';
import { protocolSummary } from './traffic/protocol.js';
import { milliseconds } from './units.js';
import { version } from './version.js';

/**
 * Runs a command in a network namespace of its own and measures what it sent and received.
 * @param argv the command and its arguments, handed on as they are
 * @throws {NetmeterError} when the command cannot be found, or the scope cannot be made; nothing is left behind
 */
export async function measure(argv: readonly string[], options: MeasureOptions = {}): Promise<Measurement> {
  const { limits = {}, warnLimits = {}, kill = false, enforce = false, wait = 'tree', signal, hurry } = options;
  const { interval = DEFAULTS.interval, linger = DEFAULTS.linger, grace = DEFAULTS.grace } = options;
  const env = options.env ?? ownEnvironment;
  findCommand(argv[0] ?? '', env['PATH'], options.cwd);
  const account = options.account ?? chooseAccount(options.user, options.caller ?? {});
  const place = await choosePlace(options);
  if (place.kind === 'veth' && place.by === 'sudo') return measureAsCaller(argv, options, account);

  const tracesProcesses = options.processes || needsProcesses(limits) || needsProcesses(warnLimits);
  const trace = tracesProcesses ? `netmeter-${ownPid}-${Date.now().toString(36)}` : undefined;
  const opening = openScope(place, { ...options, trace });
  using witnesses = new Witnesses({
    trace,
    reverseDns: options.reverseDns ?? false,
    ownPorts: (options.publish ?? []).flatMap(({ inner, protocol }) => (protocol === 'tcp' ? [inner] : [])),
  });
  await using scope = await opening;
  using files = new HeldCounterFiles(scope.counterPid);
  const neighbours = await neighboursOf(scope, files, options);
  const before = await takeReading(scope, files);
  const countNow = async () => {
    const { wire, delta, after } = difference(before, await takeReading(scope, files));
    return { after, delta, ...countTraffic(scope.isolation, wire, delta) };
  };
  let command: RunningCommand | undefined;
  const endNow = () => endTree({ scope, command, grace, hurry });
  const judgeNow = async () => {
    const { traffic, method } = await countNow();
    return judge(limits, { external: traffic.external, method, ended: false });
  };
  const breach = new BreachEnder({ limits: kill && !enforce ? limits : {}, judgeNow, endTree: endNow });

  const octets = octetsSince({ scope, files, before });
  const enforcer = enforce
    ? await enforcerOf(scope, {
        limits,
        octets: cutOctetsSince({ scope, files, before }),
        judgeNow,
        endTree: endNow,
      })
    : undefined;

  const seesNames = options.namesFirst || needsNames(limits) || needsNames(warnLimits) || options.egress !== undefined;
  await witnesses.ready(scope, before, seesNames);
  if (options.egress) await requireNames(witnesses, options.egress);
  // From here to the listener nothing is awaited: a signal is either seen here, or by the listener.
  if (signal?.aborted) throw new NetmeterError('INTERRUPTED', 'interrupted before the command started');
  const startedAt = new Date();
  const cpuBefore = childCpu();
  command = startCommand({
    ...options,
    env: { ...env, ...scope.marks },
    argv,
    enter: scope.enter(identityOptions(account)),
  });
  witnesses.commandStarted(scope, command.pid);
  using doors = new DoorWatch(scope);
  const onSample = (sample: Sample) => {
    neighbours?.lookBeside();
    void doors.look();
    witnesses.look();
    return breach.look(sample);
  };
  using watch = new TrafficWatch({ octets, interval, onSample });
  const enforcing = enforcer?.watch();
  const hint = new PortHint(scope, options.hostPorts ?? []);
  options.onStart?.(command);
  const stop = () => void endNow();
  signal?.addEventListener('abort', stop, { once: true });

  const exit = await command.exited;
  command = undefined;
  const durationMs = milliseconds(Math.round(performance.now() - before.texts.at));
  const cpuAfter = childCpu();
  signal?.removeEventListener('abort', stop);
  await hint.settle();
  await doors.atCommandEnd();
  options.onCommandEnd?.(scope.processes().length);
  const cutShort = await waitForTree({
    processes: () => scope.processes(),
    grace,
    endNow: wait === 'command',
    signal,
    hurry,
  });
  const killed = exit.kind === 'signal' || cutShort;
  const stillOpen = await waitForQuiet(files, { atMost: linger, killed, hurry, neighbours });

  watch[Symbol.dispose]();
  enforcer?.stop();
  await enforcing;
  const attempts = scope.attempts?.() ?? null;
  const { after, delta, traffic, method } = await countNow();
  // Only now: what moves while nothing of the command's is left is not in its numbers.
  const contamination = await neighbours?.grade();
  const protocol = protocolSummary(delta);
  const explanation = await witnesses.explain(scope, { traffic, protocol, argv });
  const { external } = traffic;
  const total = { in: external.in.wireOctets, out: external.out.wireOctets };
  const series = closeSeries(watch.samples, total, durationMs);
  const evidence = { external, method, traffic, protocol, series, ...explanation, intervalMs: interval, durationMs };
  const isShared = contamination?.grade === 'shared';
  const judged = await judge(limits, { ...evidence, isShared, ended: breach.ended }, warnLimits);
  const budget = enforce && judged ? (await import('./budget/enforced.js')).enforced(judged) : judged;
  return {
    schema: 1,
    netmeter: version,
    command: {
      argv,
      ...(account && { user: account.name ?? `${account.uid}` }),
      exit,
      startedAt: startedAt.toISOString(),
      durationMs,
      cpu: cpuSpent(cpuBefore, cpuAfter),
    },
    isolation: scope.isolation,
    ...(contamination && { contamination }),
    ...((scope.isolation.kind === 'offline' || options.egress) && { attempts: witnesses.named(await attempts) }),
    traffic,
    method,
    protocol,
    ...explanation,
    doors: doors.found,
    ...(budget && { budget }),
    series,
    warnings: [
      ...scope.warnings,
      ...(await hint.warnings(protocol)),
      ...(wasUnanswered(protocol) ? (scope.unansweredWarnings?.() ?? []) : []),
      ...runWarnings(after, delta, { isolation: scope.isolation, method, stillOpen }),
    ],
  };
}

/** Loaded here: a run without limits does not pay for their judge. */
async function judge(limits: Limits, evidence: Evidence, warnings: Limits = {}) {
  if (isEmpty(limits) && isEmpty(warnings)) return undefined;
  return (await import('./budget/judge.js')).judge(limits, evidence, warnings);
}

const isEmpty = (limits: Limits) => Object.keys(limits).length === 0;

/** Loaded here: a namespace of its own has no neighbours. */
async function neighboursOf(scope: Scope, files: HeldCounterFiles, options: MeasureOptions) {
  if (!isShared(scope)) return undefined;
  const { lookForNeighbours } = await import('./run/neighbours.js');
  return lookForNeighbours(scope, files, options);
}

/** Loaded here: only some runs have it. */
async function enforcerOf(scope: Scope, enforcement: Omit<Enforcement, 'keeper'>) {
  if (!scope.limits) return undefined;
  const { LimitEnforcer } = await import('./run/enforce-limits.js');
  return new LimitEnforcer({ ...enforcement, keeper: scope.limits });
}

/** A name that is not seen to be looked up could not be allowed, or denied: that is no reason to allow it. */
async function requireNames(witnesses: Witnesses, egress: Egress): Promise<void> {
  const { hasNames } = await import('./isolation/destinations.js');
  if (!hasNames(egress) || (await witnesses.seesNames)) return;
  throw new NetmeterError('SETUP_FAILED', "--allow, --deny: the command's look-ups cannot be seen here", {
    cure: 'Give addresses or networks instead of names, or a nameserver in /etc/resolv.conf.',
  });
}

const wasUnanswered = ({ tcp }: Measurement['protocol']) =>
  (tcp.connectionsFailed ?? 0) + (tcp.retransmittedSegments ?? 0) > 0;

/** Loaded here: it is not for root. */
async function measureAsCaller(argv: readonly string[], options: MeasureOptions, account: Account | undefined) {
  const { measureBySudo } = await import('./privileged/measure-by-sudo.js');
  return measureBySudo(argv, options, account);
}

type Cpu = ReturnType<typeof childCpu>;

function cpuSpent(before: Cpu, after: Cpu): Measurement['command']['cpu'] {
  if (!before || !after) return null;
  return {
    userMs: milliseconds(after.userMs - before.userMs),
    systemMs: milliseconds(after.systemMs - before.systemMs),
  };
}
