import { parseCount } from '../../budget/parse-limit.js';
import type { Asked } from '../../isolation/choose-isolation.js';
import type { By } from '../../report/text/text.js';
import type { ConfigChoice } from '../config/find-config.js';
import type { RepeatChoice } from '../repeat.js';
import { ofOption } from './of-option.js';
import type { Values } from './option-values.js';
import type { RunOptions } from './run-options.js';
import { usage } from './usage-error.js';
import { parseIncrease } from './values/parse-increase.js';

/** @throws {NetmeterError} USAGE: an increase without a baseline */
export function parseBaseline(
  one: (name: string) => string | undefined,
): Pick<RunOptions, 'baseline' | 'saveBaseline'> {
  const [file, share, octets, save] = ['baseline', 'max-increase', 'min-increase', 'save-baseline'].map(one);
  if (file === undefined && (share ?? octets) !== undefined)
    throw usage(`--${share === undefined ? 'min' : 'max'}-increase needs a baseline`, 'Add --baseline FILE.');
  return {
    ...(file !== undefined && { baseline: { file, increase: parseIncrease(share, octets) } }),
    ...(save !== undefined && { saveBaseline: save }),
  };
}

/** Any of its options makes a series, of one run by default. */
export function parseRepeat(one: (name: string) => string | undefined): Pick<RunOptions, 'repeat'> {
  const [runs, warmup, prepare, judge] = ['runs', 'warmup', 'prepare', 'judge'].map(one);
  if (judge !== undefined && runs === undefined) throw usage('--judge chooses among --runs', 'Add --runs N.');
  if ((runs ?? warmup ?? prepare) === undefined) return {};
  const count = ofOption('runs', parseCount)(runs ?? '1');
  if (count === 0) throw usage('--runs cannot be 0', 'Give at least 1.');
  return {
    repeat: {
      runs: count,
      warmups: ofOption('warmup', parseCount)(warmup ?? '0'),
      ...(prepare !== undefined && { prepare }),
      judge: (judge ?? 'worst') as RepeatChoice['judge'],
    },
  };
}

/** @throws {NetmeterError} USAGE: options that exclude each other */
export function parseConfigChoice(values: Values): ConfigChoice {
  const path = values.get('config')?.[0];
  if (!values.has('no-config')) return path === undefined ? { kind: 'search' } : { kind: 'file', path };
  if (path !== undefined) throw usage('--config and --no-config exclude each other', 'Give one.');
  if (values.has('budget')) throw usage('--budget names a budget of the configuration', 'Leave --no-config out.');
  return { kind: 'none' };
}

/** @returns undefined where none was given; none at all for `none` @throws {NetmeterError} USAGE */
export function parseBy(given: readonly string[] | undefined): readonly By[] | undefined {
  if (given?.includes('none') && given.length > 1) throw usage('--by none cannot be combined', 'Give it alone.');
  return given?.filter((what): what is By => what !== 'none');
}

/** @throws {NetmeterError} USAGE */
export function parseExitCode(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 255) return Number(text);
  throw usage(`--budget-exit-code cannot be '${text}'`, 'Give a number from 0 to 255.');
}

/** @throws {NetmeterError} USAGE: another place was named, too */
export function inPlace(one: (name: string) => string | undefined): Asked {
  const isolation = one('isolation');
  const other =
    one('netns') !== undefined ? '--netns' : isolation !== undefined ? `--isolation ${isolation}` : undefined;
  if (other === undefined || other === '--isolation host') return 'host';
  throw usage(`--in-place and ${other} exclude each other`, 'Leave one of them out.');
}
