import { type AttachTarget, attach } from '../attach.js';
import { parseSize } from '../budget/parse-size.js';
import type { IpOctets } from '../units.js';
import { nearestWord } from './arguments/nearest-option.js';
import { ofOption } from './arguments/of-option.js';
import { OPTIONS as OPTIONS_OF_A_RUN } from './arguments/options.js';
import { parseBy } from './arguments/parse-choices.js';
import { parseOwnArguments } from './arguments/parse-own-arguments.js';
import { INTERVAL_CURE, usage } from './arguments/usage-error.js';
import { parseDuration } from './arguments/values/parse-duration.js';
import { parseReports } from './arguments/values/report-target.js';
import type { CiChoice } from './ci/ci-system.js';
import { exitStatus, FAILED } from './exit-status.js';
import { Outputs } from './outputs.js';
import { reportRun } from './report-run.js';
import { showsProcesses } from './shows-processes.js';
import type { Terminal } from './terminal/terminal.js';

const HELP = `Usage: netmeter attach PID [--for TIME | --until-exit] [options]
       netmeter attach --cgroup PATH [--for TIME | --until-exit] [options]

Meters a running process and what it has started, or starts (a container, a pod, a service), read-only.

  --cgroup PATH       A control group instead: its path as in /proc/PID/cgroup, or
                      below the mount of cgroup2
  --for TIME          So long (500ms, 10s, 1h30m; a bare number is seconds)
  --until-exit        Until the process, or the last of the control group, ends
                      (default); ^C ends the metering before
  --interval TIME     Interval between samples (default 1s)
  --report FILE       Write a report: .json, .txt, .md, .html, .csv, .prom or
                      .junit.xml; - is JSON on stdout; repeatable
  --ci SYSTEM         Report to the CI system too: auto (default), github, gitlab, none
  --by WHAT           Tables of the summary: remote (default), process beside it,
                      or none; repeatable
  --max-in, --max-out, --max-total SIZE   A budget: exit code 120 when it is exceeded
  -q, --quiet         No summary; only errors and broken budgets
  -h, --help          Show this help

As root the sockets of the process' control group are counted, those too that were open before, and the remotes are listed
that they speak with; where others are in that group, the sockets of the process and its descendants alone. What each process
moves from then on is in reports in JSON, Markdown and HTML, and with --by process in the summary. Without the rights, the
numbers are the whole network namespace's, and the summary says how many other processes share it.
`;

const OPTIONS = {
  cgroup: { type: 'string' },
  for: { type: 'string' },
  'until-exit': { type: 'boolean' },
  interval: { type: 'string' },
  report: { type: 'string', multiple: true },
  ci: { type: 'string' },
  by: { type: 'string', multiple: true },
  'max-in': { type: 'string' },
  'max-out': { type: 'string' },
  'max-total': { type: 'string' },
  isolation: { type: 'string' },
  quiet: { type: 'boolean', short: 'q' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** `netmeter attach`: words in, exit status out. @throws {NetmeterError} */
export async function attachCommand(words: readonly string[], terminal: Terminal): Promise<number> {
  const parsed = parseAttachArguments(words);
  if (parsed === undefined) {
    await terminal.print(HELP);
    return 0;
  }
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
  const { target, options, ...rest } = parsed;
  using outputs = new Outputs(rest, process.env);
  outputs.requireWritable();
  const processes = showsProcesses(rest);
  const measurement = await attach(target, { ...options, processes, signal: stop.signal });
  const failed = await reportRun(measurement, { ...rest, outputs, terminal });
  const status = exitStatus({
    kind: 'measured',
    exit: { kind: 'code', code: 0 },
    budget: measurement.budget,
    budgetExitCode: 120,
  });
  return failed && status === 0 ? FAILED : status;
}

/** Parses the words behind `netmeter attach`; undefined: the help was asked for. @throws {NetmeterError} USAGE */
export function parseAttachArguments(words: readonly string[]) {
  const { values, positionals } = read(words);
  if (values.help) return undefined;
  if (values.isolation !== undefined) {
    throw usage(
      'a running process cannot be moved into another network namespace: its sockets stay where they were opened',
      'attach meters it where it is; to have a namespace of its own, start it by netmeter: netmeter -- COMMAND',
    );
  }
  const target = parseTarget(positionals, values.cgroup);
  if (values.for !== undefined && values['until-exit'])
    throw usage('--for and --until-exit exclude each other', 'Give one.');
  const limits: { in?: IpOctets; out?: IpOctets; total?: IpOctets } = {};
  for (const kind of ['in', 'out', 'total'] as const) {
    const text = values[`max-${kind}`];
    if (text !== undefined) limits[kind] = ofOption(`max-${kind}`, parseSize)(text);
  }
  for (const what of values.by ?? []) requireChoice('by', what);
  const by = parseBy(values.by);
  const interval = values.interval === undefined ? undefined : ofOption('interval', parseDuration)(values.interval);
  if (interval === 0) throw usage('--interval cannot be 0', INTERVAL_CURE);
  return {
    target,
    options: {
      limits,
      ...(values.for !== undefined && { for: ofOption('for', parseDuration)(values.for) }),
      ...(interval !== undefined && { interval }),
    },
    reports: parseReports(values.report ?? []),
    quiet: values.quiet ?? false,
    ...(by && { by }),
    ci: parseCi(values.ci),
  };
}

function parseTarget([pid = '', ...others]: readonly string[], cgroup: string | undefined): AttachTarget {
  if (cgroup !== undefined && pid !== '') throw usage('--cgroup and PID exclude each other', 'Give one.');
  if (cgroup !== undefined) return { cgroup };
  if (/^[1-9]\d*$/.test(pid) && others.length === 0) return Number(pid);
  const cure = 'Say: netmeter attach PID, or --cgroup PATH';
  if (pid === '' && others.length === 0) throw usage('no process was given', cure);
  throw usage(`'${[pid, ...others].join(' ')}' is no process number`, cure);
}

function parseCi(text = 'auto'): CiChoice {
  requireChoice('ci', text);
  return text as CiChoice;
}

/** The choices are those of a run. */
function requireChoice(option: string, text: string): void {
  const choices = OPTIONS_OF_A_RUN.find(({ name }) => name === option)?.choices ?? [];
  if (choices.includes(text)) return;
  const nearest = nearestWord(text, choices);
  throw usage(
    `--${option} cannot be '${text}'${nearest ? `; did you mean ${nearest}?` : ''}`,
    `Choose one of: ${choices.join(', ')}.`,
  );
}

function read(words: readonly string[]) {
  return parseOwnArguments('attach', { args: [...words], options: OPTIONS, allowPositionals: true });
}
