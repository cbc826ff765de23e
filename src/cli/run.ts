import { Boundary } from '../boundary.js';
import { callerOf, chooseAccount } from '../command/account.js';
import { commandEnvironment } from '../command/account-environment.js';
import { NetmeterError } from '../errors.js';
import { measure } from '../measure.js';
import type { MeasureOptions } from '../measure-options.js';
import type { Measurement } from '../measurement/measurement.js';
import type { RunOptions } from './arguments/run-options.js';
import { ciSystem } from './ci/ci-system.js';
import { exitStatus, type Outcome } from './exit-status.js';
import { originalOpenFiles, requireOpenFiles } from './open-files.js';
import { reportRun } from './report-run.js';
import { baselineOf, limitsOf, namingConfig } from './run-limits.js';
import { showsProcesses } from './shows-processes.js';
import { SignalListener } from './signals.js';
import type { Terminal } from './terminal/terminal.js';

/** A wait shorter than this needs no explanation. */
const EXPLAIN_AFTER_MS = 1000;

/** Measures the command, reports the result, and says how netmeter shall end. Errors are printed here and never thrown. */
export async function run(
  argv: readonly string[],
  options: RunOptions & Pick<MeasureOptions, 'stdio'>,
  terminal: Terminal,
): Promise<Outcome> {
  const relay = new SignalListener();
  try {
    requireOpenFiles();
    const { config, ...limits } = await limitsOf(options, relay.signal);
    const judgeIncrease = await baselineOf(argv, options, relay.signal);
    using outputs = await outputsOf(options);
    outputs?.requireWritable();
    const measureOnce = async () =>
      namingConfig(judgeIncrease(await measureWith({ relay, terminal }, argv, { ...options, ...limits })), config);
    const measurement = options.repeat
      ? await repeatWith({ relay, terminal }, options, measureOnce)
      : await measureOnce();
    // Nothing is left to be undone: a signal may end us while a report waits, for a pipe's reader say.
    relay[Symbol.dispose]();
    const { exit } = measurement.command;
    const { budgetExitCode } = options;
    const outcome: Outcome = { kind: 'measured', exit, budget: measurement.budget, budgetExitCode };
    const succeeded = exitStatus(outcome) === 0;
    const failed = await reportRun(measurement, {
      ...(succeeded ? withBaselineToSave(options) : options),
      outputs,
      terminal,
    });
    if (options.saveBaseline !== undefined && !succeeded && !options.quiet)
      terminal.say(`${options.saveBaseline} was not written: a run that fails makes no baseline`);
    // A report that is missing fails a run that would have passed, and hides no other failure.
    if (failed && succeeded) return { kind: 'failed' };
    // A series that was cut short has passed nothing.
    return succeeded && options.repeat && relay.toldToEnd ? { kind: 'interrupted', signal: relay.toldToEnd } : outcome;
  } catch (error) {
    return failure(error, relay.received ?? relay.toldToEnd, terminal);
  } finally {
    relay[Symbol.dispose]();
  }
}

type Around = { readonly relay: SignalListener; readonly terminal: Terminal };

async function repeatWith({ relay, terminal }: Around, options: RunOptions, measureOnce: () => Promise<Measurement>) {
  const { repeat } = await import('./repeat.js');
  // Who is not root is the account already.
  const account = process.geteuid?.() === 0 ? chooseAccount(options.user, process.env) : undefined;
  return repeat({
    runs: 1,
    warmups: 0,
    judge: 'worst',
    ...options.repeat,
    account,
    env: commandEnvironment(account, options.user, process.env),
    signal: relay.signal,
    measureOnce,
    isStopped: () => relay.toldToEnd !== undefined,
    onRun: (text) => options.quiet || terminal.say(text),
  });
}

/** Loaded here: a run without a report does not pay for it. */
async function outputsOf(options: RunOptions) {
  const { reports, saveBaseline, ci } = options;
  if (reports.length === 0 && saveBaseline === undefined && ciSystem(ci, process.env) === undefined) return undefined;
  const { Outputs } = await import('./outputs.js');
  return new Outputs(options, process.env);
}

/** A later run's baseline is a report like any other. */
const withBaselineToSave = ({ saveBaseline: path, ...options }: RunOptions): RunOptions =>
  path === undefined ? options : { ...options, reports: [...options.reports, { path, format: 'json' }] };

async function measureWith(
  { relay, terminal }: Around,
  argv: readonly string[],
  options: RunOptions & Pick<MeasureOptions, 'stdio'>,
): Promise<Measurement> {
  let explanation: NodeJS.Timeout | undefined;
  const openFiles = originalOpenFiles(process.ppid);
  const boundary = new Boundary();
  using _ = takeStrays(boundary);
  const measurement = await measure(argv, {
    ...options,
    boundary,
    caller: callerOf(process.env),
    processes: showsProcesses(options),
    ...(openFiles !== undefined && { openFiles }),
    signal: relay.signal,
    hurry: relay.hurry,
    onStart: (command) => {
      relay.commandStarted(command);
      // Loaded while it runs.
      if (!options.quiet) void import('../report/text/text.js');
    },
    onHandOver: (handOn) => relay.handOver(handOn),
    onCommandEnd: (descendants) => {
      relay.commandEnded();
      if (descendants === 0 || options.quiet || options.wait === 'command') return;
      explanation = setTimeout(() => terminal.say(waitingText(descendants)), EXPLAIN_AFTER_MS);
    },
  });
  clearTimeout(explanation);
  return measurement;
}

/** What nobody has caught while a command runs is none of its affair: a warning in the report, and no end of the run. */
function takeStrays(boundary: Boundary): Disposable {
  const take = (error: unknown) => boundary.failed('stray', error);
  process.on('uncaughtException', take);
  return { [Symbol.dispose]: () => void process.off('uncaughtException', take) };
}

const waitingText = (count: number) =>
  `waiting for ${count === 1 ? '1 process' : `${count} processes`} that the command left running (^C ends them; --wait command)`;

function failure(error: unknown, received: NodeJS.Signals | undefined, terminal: Terminal): Outcome {
  if (error instanceof NetmeterError && error.code === 'INTERRUPTED' && received)
    return { kind: 'interrupted', signal: received };
  terminal.complain(error);
  if (!(error instanceof NetmeterError)) return { kind: 'failed' };
  if (error.code === 'COMMAND_NOT_FOUND') return { kind: 'not-found' };
  return { kind: error.code === 'COMMAND_NOT_EXECUTABLE' ? 'not-executable' : 'failed' };
}
