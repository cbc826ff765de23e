import { whyIncomparable, whyOtherCommand } from '../budget/comparison/comparable.js';
import { type ComparedRow, compareRuns } from '../budget/comparison/compare.js';
import { judgeIncrease } from '../budget/comparison/judge-increase.js';
import type { Increase } from '../budget/comparison/parse-increase.js';
import { closeBudget } from '../budget/judge.js';
import { NetmeterError } from '../errors.js';
import { type Comparison, renderComparison } from '../report/text/comparison.js';
import { painter } from '../report/text/paint.js';
import { visibleJson } from '../report/visible.js';
import { parseOwnArguments } from './arguments/parse-own-arguments.js';
import { usage } from './arguments/usage-error.js';
import { parseIncrease } from './arguments/values/parse-increase.js';
import { behalfOf } from './behalf.js';
import { exitStatus } from './exit-status.js';
import { readReport } from './read-report.js';
import type { Terminal } from './terminal/terminal.js';

const HELP = `Usage: netmeter compare BEFORE.json AFTER.json [options]

Prints what two reports differ by: by class, by remote and by process.

  --max-increase SHARE  Fail (120) when in, out, total or a remote grew by more (10%)
  --min-increase SIZE   and by more than this; given one, the other is 10% or 1MB
  --json                For a machine
  --help                Show this help

Exit codes:
  0    compared, and within the limits
  120  grew beyond them
  125  the runs cannot be compared
`;

/** `netmeter compare`: words in, exit status out. @throws {NetmeterError} */
export async function compareCommand(words: readonly string[], terminal: Terminal): Promise<number> {
  const parsed = parseCompareArguments(words);
  if (parsed === undefined) {
    await terminal.print(HELP);
    return 0;
  }
  const comparison = await compare(parsed);
  if (parsed.json) await terminal.printJson(asJson(comparison));
  else await terminal.print(renderComparison(comparison, painter(terminal.colors('stdout'))));
  const budget = closeBudget(comparison.limits, false);
  return exitStatus({ kind: 'measured', exit: { kind: 'code', code: 0 }, budget, budgetExitCode: 120 });
}

type Parsed = {
  readonly files: readonly [before: string, after: string];
  readonly increase: Increase | undefined;
  readonly json: boolean;
};

/** Parses the words behind `netmeter compare`; undefined: the help was asked for. @throws {NetmeterError} USAGE */
export function parseCompareArguments(words: readonly string[]): Parsed | undefined {
  const { values, positionals } = read(words);
  if (values.help) return undefined;
  const [before, after, ...others] = positionals;
  if (before === undefined || after === undefined || others.length > 0)
    throw usage('two reports are needed', 'Say: netmeter compare BEFORE.json AFTER.json');
  const { 'max-increase': share, 'min-increase': octets, json = false } = values;
  const isJudged = share !== undefined || octets !== undefined;
  return { files: [before, after], increase: isJudged ? parseIncrease(share, octets) : undefined, json };
}

function read(words: readonly string[]) {
  const options = {
    'max-increase': { type: 'string' },
    'min-increase': { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  return parseOwnArguments('compare', { args: [...words], options, allowPositionals: true });
}

/** Different commands are only a reason not to judge: who compares npm with pnpm wants to see it. */
async function compare({ files, increase }: Parsed): Promise<Comparison> {
  const behalf = behalfOf(process.env);
  const [before, after] = [await readReport(files[0], behalf), await readReport(files[1], behalf)];
  const reasons = [...whyIncomparable(before, after), ...(increase ? whyOtherCommand(before, after.command.argv) : [])];
  if (reasons.length > 0)
    throw new NetmeterError('INCOMPARABLE', `${files[0]} and ${files[1]} cannot be compared: ${reasons.join('; ')}`);
  const rows = compareRuns(before, after);
  return { before, after, rows, limits: increase ? judgeIncrease(rows, increase) : [] };
}

function asJson({ before, after, rows, limits }: Comparison): string {
  const listed = rows.map(({ kind, subject, before: then, after: now }: ComparedRow) => ({
    kind,
    subject,
    before: then.used,
    after: now.used,
  }));
  const times = { before: before.command.startedAt, after: after.command.startedAt };
  return `${visibleJson({ ...times, rows: listed, limits }, 2)}\n`;
}
