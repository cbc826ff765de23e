import { geteuid, env as ownEnvironment } from 'node:process';
import { Boundary } from './boundary.js';
import { needsProcesses } from './budget/limits.js';
import { checkCommand, checkOptions } from './check-options.js';
import { type Account, chooseAccount, isOwn, requireBecoming } from './command/account.js';
import { commandEnvironment } from './command/account-environment.js';
import { findCommand } from './command/find-command.js';
import { requireEnvironment } from './command/unchanged.js';
import { HeldCounterFiles } from './counters/take-held-files.js';
import type { Choice } from './isolation/choice.js';
import type { Scope } from './isolation/scope.js';
import { newRun } from './isolation/tools/programs/script-environment.js';
import { CgroupHierarchy } from './linux/cgroup/hierarchy.js';
import { DEFAULTS, type MeasureOptions } from './measure-options.js';
import type { Measurement } from './measurement/measurement.js';
import { attachMeter } from './run/attach-meter.js';
import { choosePlace } from './run/choose-place.js';
import { closeRun } from './run/close-run.js';
import { LimitGuard } from './run/limits/keep-limits.js';
import { Meter } from './run/meter.js';
import { Observers } from './run/observers/observers.js';
import { openChosen } from './run/open-chosen.js';
import { runCommand } from './run/run-command.js';
import { CommandTree } from './run/tree/command-tree.js';
import { isShared } from './run/tree/end-tree.js';
import { prepareGroup, TreeGroup, treeFolder } from './run/tree/tree-group.js';

/**
 * Runs a command in a network namespace of its own and measures what it sent and received.
 * @param argv the command and its arguments, handed on as they are
 * @throws {NetmeterError} when an option is none, the command cannot be found, or the scope cannot be made; nothing is left behind
 */
export async function measure(argv: readonly string[], options: MeasureOptions = {}): Promise<Measurement> {
  checkCommand(argv);
  checkOptions(options);
  const { boundary = new Boundary() } = options;
  const measurement = await measureBeside(boundary, argv, options);
  const { warnings } = measurement;
  // What could not be given back is known when all is over.
  return {
    ...measurement,
    warnings: [...warnings, ...boundary.warnings.filter((warning) => !warnings.includes(warning))],
  };
}

async function measureBeside(
  boundary: Boundary,
  argv: readonly string[],
  options: MeasureOptions,
): Promise<Measurement> {
  if (!options.env) requireEnvironment();
  const given = options.env ?? ownEnvironment;
  findCommand(argv[0] ?? '', given['PATH'], options.cwd);
  const account = options.account ?? chooseAccount(options.user, options.caller ?? {});
  if (account && isOwn(account)) return measureBeside(boundary, argv, asOwn(options));
  const place = await choosePlace(options, account);
  if ('by' in place && place.by === 'sudo') return measureAsCaller(argv, options);
  requireBecoming(options.user, account, { euid: geteuid?.() ?? 0, isUsersNamespace: isUsers(place) });
  const env = options.account ? given : commandEnvironment(account, options.user, given);
  return measureAt(place, { argv, env, account, options, boundary });
}

/** Whether the namespace is made in a user namespace, which maps one account. */
const isUsers = (place: Choice) =>
  place.kind === 'user-mode' || (place.kind === 'offline' && place.by === 'user-namespace');

/** Who is the wanted account already needs no rights to become it. */
function asOwn({ user: _user, account: _account, caller: _caller, ...options }: MeasureOptions): MeasureOptions {
  return options;
}

type Given = {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly account: Account | undefined;
  readonly options: MeasureOptions;
  readonly boundary: Boundary;
};

/** Opens all that watches the command, runs it, and closes the run. */
async function measureAt(
  place: Parameters<typeof openChosen>[0],
  { argv, env, account, options, boundary }: Given,
): Promise<Measurement> {
  const run = newRun();
  const byProcess = wantsProcesses(options);
  using hierarchy = CgroupHierarchy.open();
  const cgroup = treeFolder(hierarchy, run);
  const prepared = prepareGroup(hierarchy);
  const opening = openChosen(place, { ...options, cgroup, boundary });
  using observers = new Observers({ ...options, byProcess, boundary });
  const chosen = await opening;
  await using scope = chosen.scope;
  await using group = TreeGroup.open(hierarchy, cgroup, prepared);
  using files = scope.inspect((process) => new HeldCounterFiles(process));
  const usable = group?.ready();
  using gate = await gateOf(scope, group, options);
  const attaching = attachMeter(scope, group, gate?.gate);
  observers.scopeOpened(scope, group, attaching);
  using atGroup = await attaching;
  const isMetered = atGroup !== undefined && (await usable) === true;
  const others = isMetered ? undefined : await othersOf(scope, files, options);
  gate?.guardedBy(isMetered ? atGroup : undefined, scope);
  if (!isMetered) await scope.countRemotes?.();
  const meter = await Meter.start(scope, files, isMetered ? atGroup : undefined);
  const tree = new CommandTree(scope, (await usable) ? group : undefined, {
    grace: options.grace ?? DEFAULTS.grace,
    hurry: options.hurry,
  });
  const guard = await LimitGuard.open(options, { meter, tree, gate, boundary });
  const at = { group: tree.group?.cgroup.fd, slots: atGroup?.slots };
  await observers.ready(scope, meter.before, { ...at, egress: options.egress });

  const life = await runCommand({ argv, env, account, options, meter, tree, guard, observers, others, boundary });
  // Awaited here: afterwards all of it is disposed of.
  return await closeRun({ argv, account, options, chosen, meter, gate, observers, others, guard, life, boundary });
}

const wantsProcesses = ({ processes, limits = {}, warnLimits = {} }: MeasureOptions) =>
  processes || needsProcesses(limits) || needsProcesses(warnLimits);

/** Loaded here: a namespace of its own has no other users. */
async function othersOf(scope: Scope, files: HeldCounterFiles, options: MeasureOptions) {
  if (!isShared(scope)) return undefined;
  const { lookForOthers } = await import('./run/observers/others/look-for-others.js');
  return lookForOthers(scope, files, options);
}

/** Loaded here: a namespace of its own has its own rules. */
async function gateOf(scope: Scope, group: TreeGroup | undefined, options: MeasureOptions) {
  if (!isShared(scope) || !(options.egress || options.enforce || options.kill)) return undefined;
  const { openGate } = await import('./run/limits/open-gate.js');
  return openGate(scope, group, options);
}

/** Loaded here: it is not for root. */
async function measureAsCaller(argv: readonly string[], options: MeasureOptions) {
  const { measureBySudo } = await import('./privileged/measure-by-sudo.js');
  return measureBySudo(argv, options);
}
