import type { Limits } from '../../budget/limits.js';
import { parseIncrease } from '../../budget/parse-increase.js';
import { parseCount } from '../../budget/parse-limit.js';
import type { Asked } from '../../isolation/choose-isolation.js';
import type { Egress } from '../../isolation/limits/destinations.js';
import type { HostPort, PublishedPort } from '../../isolation/ports/ports.js';
import type { By } from '../../report/text/text.js';
import type { Milliseconds, OctetsPerSecond } from '../../units.js';
import type { BaselineOptions } from '../baseline.js';
import type { CiChoice } from '../ci-system.js';
import type { ConfigChoice } from '../config/find-config.js';
import type { RepeatChoice } from '../repeat.js';
import { parseLimits } from './limit-options.js';
import type { Values } from './option-values.js';
import { parseDestination } from './parse-destination.js';
import { parseDuration } from './parse-duration.js';
import { parseHostPorts, parsePublish } from './parse-ports.js';
import { parseRate } from './parse-rate.js';
import { parseReport, type ReportTarget } from './report-target.js';
import { usage } from './usage-error.js';

/** What the words say about a run; what is absent has the library's default. */
export type RunOptions = {
  readonly limits: Limits;
  readonly warnLimits: Limits;
  readonly ignoreBypasses?: true;
  readonly config: ConfigChoice;
  /** The name of a budget in the configuration. */
  readonly budgetName?: string;
  readonly baseline?: BaselineOptions;
  /** A file for the report of a run that succeeded. */
  readonly saveBaseline?: string;
  readonly repeat?: RepeatChoice;
  readonly kill: boolean;
  readonly enforce?: true;
  readonly egress?: Egress;
  readonly rateLimit?: OctetsPerSecond;
  readonly budgetExitCode: number;
  readonly reports: readonly ReportTarget[];
  readonly quiet: boolean;
  /** Tables of the summary that were asked for; undefined: all that have something to tell. */
  readonly by?: readonly By[];
  readonly redact?: true;
  readonly reverseDns?: true;
  readonly ci: CiChoice;
  readonly interval?: Milliseconds;
  readonly linger?: Milliseconds;
  readonly grace?: Milliseconds;
  readonly wait?: 'tree' | 'command';
  readonly user?: string;
  readonly isolation?: Asked;
  readonly netns?: string;
  readonly baselineIdle?: Milliseconds;
  readonly hostPorts: readonly HostPort[];
  readonly publish: readonly PublishedPort[];
};

/** @throws {NetmeterError} USAGE */
export function runOptions(values: Values): RunOptions {
  const one = (name: string) => values.get(name)?.[0];
  const duration = (name: 'interval' | 'linger' | 'grace') => {
    const text = one(name);
    return text === undefined ? {} : { [name]: parseDuration(text) };
  };
  const budgetName = one('budget');
  const destinations = (name: string) => (values.get(name) ?? []).map(parseDestination);
  const enforce = values.has('enforce');
  const user = one('user');
  const rate = one('rate-limit');
  const netns = one('netns');
  const idle = one('baseline-idle');
  const isolation = (values.has('in-place') ? inPlace(one) : one('isolation')) as Asked | undefined;
  const wait = one('wait') as RunOptions['wait'];
  const given = { ...duration('interval'), ...duration('linger'), ...duration('grace') };
  if (given.interval === 0) throw usage('--interval cannot be 0');
  const code = parseExitCode(one('budget-exit-code') ?? '120');
  const by = parseBy(values.get('by'));
  const reports = (values.get('report') ?? []).map(parseReport);
  return {
    limits: parseLimits('max', values),
    warnLimits: parseLimits('warn', values),
    config: parseConfigChoice(values),
    ...(budgetName !== undefined && { budgetName }),
    ...parseBaseline(one),
    ...parseRepeat(one),
    kill: values.has('kill'),
    ...(values.has('ignore-bypasses') && { ignoreBypasses: true }),
    ...(enforce && { enforce }),
    ...(rate !== undefined && { rateLimit: parseRate(rate) }),
    ...((values.has('allow') || values.has('deny')) && {
      egress: { allow: destinations('allow'), deny: destinations('deny') },
    }),
    budgetExitCode: code,
    reports,
    quiet: values.has('quiet'),
    ...(values.has('redact') && { redact: true }),
    ...(values.has('reverse-dns') && { reverseDns: true }),
    ...(by && { by }),
    ci: (one('ci') ?? 'auto') as CiChoice,
    hostPorts: (values.get('host-port') ?? []).flatMap(parseHostPorts),
    publish: (values.get('publish') ?? []).flatMap(parsePublish),
    ...given,
    ...(user && { user }),
    ...(wait && { wait }),
    ...(isolation && { isolation }),
    ...(netns && { netns }),
    ...(idle !== undefined && { baselineIdle: parseDuration(idle) }),
  };
}

function parseBaseline(one: (name: string) => string | undefined): Pick<RunOptions, 'baseline' | 'saveBaseline'> {
  const [file, share, octets, save] = ['baseline', 'max-increase', 'min-increase', 'save-baseline'].map(one);
  if (file === undefined && (share ?? octets) !== undefined)
    throw usage(`--${share === undefined ? 'min' : 'max'}-increase needs a baseline`, 'Add --baseline FILE.');
  return {
    ...(file !== undefined && { baseline: { file, increase: parseIncrease(share, octets) } }),
    ...(save !== undefined && { saveBaseline: save }),
  };
}

/** Any of its options makes a series, of one run by default. */
function parseRepeat(one: (name: string) => string | undefined): Pick<RunOptions, 'repeat'> {
  const [runs, warmup, prepare, judge] = ['runs', 'warmup', 'prepare', 'judge'].map(one);
  if (judge !== undefined && runs === undefined) throw usage('--judge chooses among --runs', 'Add --runs N.');
  if ((runs ?? warmup ?? prepare) === undefined) return {};
  const count = parseCount(runs ?? '1');
  if (count === 0) throw usage('--runs cannot be 0');
  return {
    repeat: {
      runs: count,
      warmups: parseCount(warmup ?? '0'),
      ...(prepare !== undefined && { prepare }),
      judge: (judge ?? 'worst') as RepeatChoice['judge'],
    },
  };
}

function parseConfigChoice(values: Values): ConfigChoice {
  const path = values.get('config')?.[0];
  if (!values.has('no-config')) return path === undefined ? { kind: 'search' } : { kind: 'file', path };
  if (path !== undefined) throw usage('--config and --no-config exclude each other', 'Give one.');
  if (values.has('budget')) throw usage('--budget names a budget of the configuration', 'Leave --no-config out.');
  return { kind: 'none' };
}

function parseBy(given: readonly string[] | undefined): readonly By[] | undefined {
  if (given?.includes('none') && given.length > 1) throw usage('--by none cannot be combined', 'Give it alone.');
  return given?.filter((what): what is By => what !== 'none');
}

function parseExitCode(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 255) return Number(text);
  throw usage(`--budget-exit-code cannot be '${text}'`, 'Give a number from 0 to 255.');
}

/** @throws {NetmeterError} USAGE: another place was named, too */
function inPlace(one: (name: string) => string | undefined): Asked {
  const named = one('netns') ?? one('isolation');
  if (named === undefined || (named === 'host' && one('netns') === undefined)) return 'host';
  throw usage(`--in-place and ${named} exclude each other`, 'Leave one of them out.');
}
