import { workingFolder } from '../command/working-folder.js';
import type { Measurement } from '../measurement/measurement.js';
import type { RunOptions } from './arguments/run-options.js';
import { usage } from './arguments/usage-error.js';
import { type ConfigFile, findConfig } from './config/find-config.js';

/** What adds the increases since an earlier run, which is read now: it may be in vain. */
export async function baselineOf(argv: readonly string[], { baseline, user }: RunOptions, signal: AbortSignal) {
  if (!baseline) return (measurement: Measurement) => measurement;
  const { judgeBaseline, openBaseline } = await import('./baseline.js');
  const { behalfOf } = await import('./behalf.js');
  const earlier = await openBaseline(baseline, argv, { behalf: behalfOf(process.env, user), signal });
  return (measurement: Measurement) => judgeBaseline(measurement, earlier);
}

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
  const all = file ? await withConfig(file, budgetName, words, { user: options.user, signal }) : words;
  const { in: most, out, total } = all.limits;
  const asked = kill ? '--kill' : enforce ? '--enforce' : undefined;
  if (asked && (most ?? out ?? total) === undefined)
    throw usage(`${asked} needs a limit`, 'Add --max-in, --max-out or --max-total.');
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
