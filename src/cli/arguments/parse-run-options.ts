import type { Asked } from '../../isolation/choose-isolation.js';
import type { CiChoice } from '../ci/ci-system.js';
import { parseLimits } from './limit-options.js';
import { ofOption } from './of-option.js';
import type { Values } from './option-values.js';
import { inPlace, parseBaseline, parseBy, parseConfigChoice, parseExitCode, parseRepeat } from './parse-choices.js';
import type { RunOptions } from './run-options.js';
import { INTERVAL_CURE, usage } from './usage-error.js';
import { parseDestination } from './values/parse-destination.js';
import { parseDuration } from './values/parse-duration.js';
import { parseHostPorts, parsePublish } from './values/parse-ports.js';
import { parseRate } from './values/parse-rate.js';
import { parseReports } from './values/report-target.js';

/** @throws {NetmeterError} USAGE */
export function runOptions(values: Values): RunOptions {
  const one = (name: string) => values.get(name)?.[0];
  const budgetName = one('budget');
  const enforce = values.has('enforce');
  const user = one('user');
  const rate = one('rate-limit');
  const netns = one('netns');
  const idle = one('baseline-idle');
  const isolation = (values.has('in-place') ? inPlace(one) : one('isolation')) as Asked | undefined;
  const wait = one('wait') as RunOptions['wait'];
  const code = parseExitCode(one('budget-exit-code') ?? '120');
  const by = parseBy(values.get('by'));
  const reports = parseReports(values.get('report') ?? []);
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
    ...(rate !== undefined && { rateLimit: ofOption('rate-limit', parseRate)(rate) }),
    ...egressOf(values),
    budgetExitCode: code,
    reports,
    quiet: values.has('quiet'),
    ...(values.has('redact') && { redact: true }),
    ...(values.has('reverse-dns') && { reverseDns: true }),
    ...(by && { by }),
    ci: (one('ci') ?? 'auto') as CiChoice,
    hostPorts: each((values.get('host-port') ?? []).flatMap(ofOption('host-port', parseHostPorts))),
    publish: each((values.get('publish') ?? []).flatMap(ofOption('publish', parsePublish))),
    ...durationsOf(one),
    ...(user && { user }),
    ...(wait && { wait }),
    ...(isolation && { isolation }),
    ...(netns && { netns }),
    ...(idle !== undefined && { baselineIdle: ofOption('baseline-idle', parseDuration)(idle) }),
  };
}

function durationsOf(one: (name: string) => string | undefined) {
  const duration = (name: 'interval' | 'linger' | 'grace') => {
    const text = one(name);
    return text === undefined ? {} : { [name]: ofOption(name, parseDuration)(text) };
  };
  const given = { ...duration('interval'), ...duration('linger'), ...duration('grace') };
  if (given.interval === 0) throw usage('--interval cannot be 0', INTERVAL_CURE);
  return given;
}

function egressOf(values: Values): Pick<RunOptions, 'egress'> {
  if (!values.has('allow') && !values.has('deny')) return {};
  const destinations = (name: 'allow' | 'deny') => (values.get(name) ?? []).map(ofOption(name, parseDestination));
  return { egress: { allow: destinations('allow'), deny: destinations('deny') } };
}

/** Ports that are named again, as in a range, are offered once: the second would find its own taken. */
const each = <Port>(ports: readonly Port[]): Port[] => [
  ...new Map(ports.map((port) => [JSON.stringify(port), port])).values(),
];
