import { whyIncomparable, whyOtherCommand } from '../budget/comparison/comparable.js';
import { compareRuns } from '../budget/comparison/compare.js';
import type { EarlierRun } from '../budget/comparison/earlier-run.js';
import { judgeIncrease } from '../budget/comparison/judge-increase.js';
import type { Increase } from '../budget/comparison/parse-increase.js';
import { closeBudget } from '../budget/judge.js';
import { NetmeterError } from '../errors.js';
import type { Asked } from '../isolation/choose-isolation.js';
import type { JudgedLimit } from '../measurement/budget.js';
import type { Measurement } from '../measurement/measurement.js';
import type { Reading } from './config/read-source.js';
import { readReport } from './read-report.js';

export type BaselineOptions = { readonly file: string; readonly increase: Increase };

/** What is known before a run. */
type Planned = {
  readonly argv: readonly string[];
  /** The isolation that was asked for; undefined: netmeter will choose. */
  readonly place: Exclude<Asked, 'auto'> | undefined;
};

/** An earlier run that this one is compared with. */
export type Baseline = BaselineOptions & { readonly run: EarlierRun };

/**
 * Reads a baseline before the run: what is known to be in vain shall not take half an hour.
 * @throws {NetmeterError} REPORT_UNREADABLE or INCOMPARABLE
 */
export async function openBaseline(
  options: BaselineOptions,
  { argv, place }: Planned,
  { behalf, signal }: Reading,
): Promise<Baseline> {
  const { file } = options;
  const run = await readReport(file, behalf, signal);
  const { exit } = run.command;
  if (exit.kind !== 'code' || exit.code !== 0) throw incomparable(`the baseline ${file} is of a run that failed`);
  const { kind } = run.isolation;
  const reasons = [
    ...whyOtherCommand(run, argv),
    ...(place === undefined || place === kind ? [] : [`the isolation was ${kind} and would be ${place}`]),
  ];
  if (reasons.length > 0) throw incomparable(`the baseline ${file} cannot be compared: ${reasons.join('; ')}`);
  return { ...options, run };
}

const incomparable = (message: string) =>
  new NetmeterError('INCOMPARABLE', message, { cure: 'Make a new baseline: --save-baseline FILE.json writes one.' });

/** The measurement with the increases among its limits. Where the runs cannot be compared, they are unmeasured. */
export function judgeBaseline(measurement: Measurement, { file, run, increase }: Baseline): Measurement {
  const reasons = whyIncomparable(run, measurement);
  const judged = judgeIncrease(compareRuns(run, measurement), increase);
  const limits = reasons.length === 0 ? judged : judged.filter(isTotal).map((limit) => unmeasured(limit, reasons));
  const budget = closeBudget([...(measurement.budget?.limits ?? []), ...limits], measurement.budget?.ended ?? false);
  return {
    ...measurement,
    baseline: { file, startedAt: run.command.startedAt },
    ...(budget && { budget }),
  };
}

const isTotal = ({ subject }: JudgedLimit) => subject === 'total';

const unmeasured = (limit: JudgedLimit, reasons: readonly string[]): JudgedLimit => ({
  ...limit,
  verdict: 'unmeasured',
  reason: `the baseline cannot be compared: ${reasons.join('; ')}`,
});
