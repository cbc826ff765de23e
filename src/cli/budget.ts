import { statSync } from 'node:fs';
import { extname } from 'node:path';
import { whyIncomparable, whyOtherCommand } from '../budget/comparison/comparable.js';
import type { EarlierRun } from '../budget/comparison/earlier-run.js';
import { parseShare } from '../budget/comparison/parse-increase.js';
import { type SuggestedLimits, suggestLimits } from '../budget/suggest.js';
import { NetmeterError } from '../errors.js';
import type { Behalf } from '../files/behalf.js';
import { visibleJson } from '../report/visible.js';
import { writeReport } from '../report/write-report.js';
import { nearestWord } from './arguments/nearest-option.js';
import { ofOption } from './arguments/of-option.js';
import { parseOwnArguments } from './arguments/parse-own-arguments.js';
import { usage } from './arguments/usage-error.js';
import { behalfOf } from './behalf.js';
import { jsonSource } from './config/json-source.js';
import { parseConfig } from './config/parse-config.js';
import { readConfigText } from './config/read-source.js';
import { readReport } from './read-report.js';
import type { Terminal } from './terminal/terminal.js';

const HELP = `Usage: netmeter budget suggest REPORT.json ... [options]

Writes a budget that the measured runs would have kept, as a netmeter.config.json.

  --name NAME    The budget's name, for --budget NAME; without one it is the file's own
  --slack SHARE  Above the most that a run used (default 10%), and at least what the runs differ by
  --out FILE     Into this configuration, whose other budgets stay; else to stdout
  --help         Show this help
`;

/** `netmeter budget`: words in, exit status out. @throws {NetmeterError} */
export async function budgetCommand(words: readonly string[], terminal: Terminal): Promise<number> {
  const parsed = parseBudgetArguments(words);
  if (parsed === undefined) {
    await terminal.print(HELP);
    return 0;
  }
  const { files, slack, name, out } = parsed;
  const behalf = behalfOf(process.env);
  const text = `${visibleJson(withBudget(await readPresent(out, behalf), name, await suggest(files, slack, behalf)), 2)}\n`;
  if (out === undefined) await terminal.printJson(text);
  else await writeReport(out, text, behalf);
  return 0;
}

const CURE = 'Say: netmeter budget suggest REPORT.json ...';

/** Parses the words behind `netmeter budget`; undefined: the help was asked for. @throws {NetmeterError} USAGE */
export function parseBudgetArguments(words: readonly string[]) {
  const { values, positionals } = read(words);
  if (values.help) return undefined;
  const [verb, ...files] = positionals;
  if (verb !== undefined && verb !== 'suggest') {
    const nearest = nearestWord(verb, ['suggest']);
    throw usage(`budget has no command '${verb}'${nearest ? `; did you mean ${nearest}?` : ''}`, CURE);
  }
  if (files.length === 0) throw usage('reports are needed', CURE);
  const { name, out, slack = '10%' } = values;
  if (name === '') throw usage('--name needs a value: NAME', 'Leave it out for the budget that needs no --budget.');
  if (out !== undefined && /^\.[cm]?[jt]s$/.test(extname(out)))
    throw usage(`--out ${out}: it would be run, and what is written is JSON`, 'Give a file that ends in .json.');
  return { files, slack: ofOption('slack', parseShare)(slack), name, out };
}

function read(words: readonly string[]) {
  const options = {
    name: { type: 'string' },
    slack: { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  return parseOwnArguments('budget', { args: [...words], options, allowPositionals: true });
}

/** @throws {NetmeterError} INCOMPARABLE or UNMEASURABLE */
async function suggest(files: readonly string[], slack: number, behalf: Behalf): Promise<SuggestedLimits> {
  const runs = await Promise.all(files.map((file) => readReport(file, behalf)));
  for (const [index, run] of runs.entries()) checkRun(files[index] ?? '', run, runs[0] ?? run);
  const limits = suggestLimits(runs, slack);
  if (limits) return limits;
  throw new NetmeterError('UNMEASURABLE', 'a report does not say how many bytes its run used');
}

function checkRun(file: string, run: EarlierRun, first: EarlierRun): void {
  const { argv, exit } = run.command;
  const failed =
    exit.kind === 'code' && exit.code === 0 ? [] : ['its run failed, and may have used less than it needs'];
  const others = [...whyIncomparable(first, run), ...whyOtherCommand(first, argv)];
  const reasons = [...failed, ...others];
  if (reasons.length === 0) return;
  const cure = others.length > 0 ? 'Give reports of one command in one kind of isolation.' : 'Leave that report out.';
  throw new NetmeterError('INCOMPARABLE', `${file}: ${reasons.join('; ')}`, { cure });
}

type ConfigText = { readonly budgets?: Readonly<Record<string, unknown>> };

/** The configuration that is there already; a pipe or device holds none. @throws {NetmeterError} CONFIG when it is none */
async function readPresent(file: string | undefined, behalf: Behalf): Promise<ConfigText> {
  if (file === undefined || !isRegular(file)) return {};
  const source = jsonSource(file, await readConfigText({ path: file, found: false }, { behalf }), false);
  parseConfig(source);
  return source.value as ConfigText;
}

function isRegular(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    // What is wrong with the path is reported when it is written to.
    return false;
  }
}

const withBudget = (present: ConfigText, name: string | undefined, max: SuggestedLimits) =>
  name === undefined ? { ...present, max } : { ...present, budgets: { ...present.budgets, [name]: { max } } };
