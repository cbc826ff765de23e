import type { Measurement, Warning } from '../../measurement/measurement.js';
import type { Repeat, RunSummary } from '../../measurement/repeat.js';
import { grouped } from '../../units.js';
import { chooseRun } from './choose-run.js';
import { octetsOf, outliers, spreadOf } from './spread.js';

export type RepeatOptions = Pick<Repeat, 'judge' | 'warmups'> & { readonly isPrepared: boolean };

/** The measurement that stands for all: that of the judged run, with what is to be said of the others. */
export function closeRepeat(measurements: readonly Measurement[], options: RepeatOptions): Measurement {
  const runs = measurements.map(summarize);
  const last = runs.length - 1;
  // What failed ended the series, and is what its reader wants to see.
  const judged = runs[last] && hasFailed(runs[last]) ? last : chooseRun(runs, options.judge);
  const measurement = measurements[judged];
  if (!measurement) throw new RangeError('a series has a run');
  const repeat: Repeat = {
    runs,
    warmups: options.warmups,
    judge: options.judge,
    judged,
    spread: { in: spreadOf(runs, 'in'), out: spreadOf(runs, 'out'), total: spreadOf(runs, 'total') },
    outliers: outliers(runs),
  };
  return { ...measurement, repeat, warnings: [...measurement.warnings, ...outlierWarnings(repeat, options)] };
}

export const hasFailed = ({ exit }: Pick<RunSummary, 'exit'>) => exit.kind !== 'code' || exit.code !== 0;

const summarize = ({ command, traffic, budget }: Measurement): RunSummary => ({
  startedAt: command.startedAt,
  durationMs: command.durationMs,
  exit: command.exit,
  wireOctets: { in: traffic.external.in.wireOctets, out: traffic.external.out.wireOctets },
  ...(budget && { verdict: budget.verdict }),
});

/** In hyperfine's words, where they fit bytes. */
function outlierWarnings({ runs, outliers: found, spread }: Repeat, { warmups, isPrepared }: RepeatOptions): Warning[] {
  const [first] = runs;
  const total = first ? octetsOf(first, 'total') : null;
  if (found[0] === 0 && total !== null && total > (spread.total?.median ?? 0)) {
    const cure =
      warmups > 0
        ? isPrepared
          ? 'The caches that --prepare leaves may need more --warmup runs.'
          : 'Consider --prepare, which can clear the caches before each run.'
        : 'Consider --warmup, to fill the caches before the first run, or --prepare, to clear them before each.';
    const message = `the first run used significantly more than the rest (${grouped(total)} B). This could be caused by caches that were not filled until after the first run. ${cure}`;
    return [{ code: 'FIRST_RUN_LARGER', message }];
  }
  if (found.length === 0) return [];
  const which = found.map((index) => `run ${index + 1}`).join(', ');
  const cure = "It might help to use the '--warmup' or '--prepare' options.";
  return [{ code: 'OUTLIERS', message: `statistical outliers were detected (${which}). ${cure}` }];
}
