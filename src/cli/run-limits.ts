import { workingFolder } from '../command/working-folder.js';
import type { Measurement } from '../measurement/measurement.js';
import type { RunOptions } from './arguments/run-options.js';
import { usage } from './arguments/usage-error.js';
import { type ConfigFile, findConfig } from './config/find-config.js';

/** What adds the increases since an earlier run, which is read now: it may be in vain. */
export async function baselineOf(argv: readonly string[], options: RunOptions, signal: AbortSignal) {
  const { baseline, user, netns, isolation = 'auto' } = options;
  if (!baseline) return (measurement: Measurement) => measurement;
  const { judgeBaseline, openBaseline } = await import('./baseline.js');
  const { behalfOf } = await import('./behalf.js');
  const place = netns !== undefined ? 'join' : isolation === 'auto' ? undefined : isolation;
  const earlier = await openBaseline(baseline, { argv, place }, { behalf: behalfOf(process.env, user), signal });
  return (measurement: Measurement) => judgeBaseline(measurement, earlier);
}

/** All limits of a run, and the file that some of them are from. */
type Given = Pick<RunOptions, 'limits' | 'warnLimits'> & { readonly config?: string };

/** The measurement, whose limits nobody need look for who does not know of the file. */
export const namingConfig = (measurement: Measurement, config: string | undefined): Measurement =>
  measurement.budget && config !== undefined
    ? { ...measurement, budget: { ...measurement.budget, config } }
    : measurement;

/** Those of the words, and those of a configuration behind them. @throws {NetmeterError} USAGE, CONFIG */
export async function limitsOf(options: RunOptions, signal: AbortSignal) {
  const { limits, warnLimits, config, budgetName, kill, enforce } = options;
  const file = findConfig(config, workingFolder());
  if (budgetName !== undefined && !file)
    throw usage(
      `--budget ${budgetName}: no configuration was found here, or in a folder above`,
      'Write a netmeter.config.json with that name under "budgets", or name another file: --config FILE.',
    );
  const words = { limits, warnLimits };
  const all: Given = file ? await withConfig(file, budgetName, words, { user: options.user, signal }) : words;
  const { in: most, out, total } = all.limits;
  const asked = kill ? '--kill' : enforce ? '--enforce' : undefined;
  if (asked && (most ?? out ?? total) === undefined)
    throw usage(`${asked} needs a limit on in, out or total`, 'Add --max-in, --max-out or --max-total.');
  return all;
}

/** Loaded here: most runs have no configuration. */
async function withConfig(
  file: ConfigFile,
  name: string | undefined,
  words: Pick<RunOptions, 'limits' | 'warnLimits'>,
  { user, signal }: { readonly user: string | undefined; readonly signal: AbortSignal },
) {
  const { withBudgetOf } = await import('./config/load-budget.js');
  const { behalfOf } = await import('./behalf.js');
  return withBudgetOf(file, name, words, { behalf: behalfOf(process.env, user), signal });
}
