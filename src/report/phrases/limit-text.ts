import type { JudgedLimit, LimitKind, Verdict } from '../../measurement/budget.js';
import { exact, rate, rounded } from '../format-octets.js';
import { visible } from '../visible.js';
import { timesText } from './times-text.js';

const NAMES: Readonly<Record<LimitKind, string>> = {
  in: 'in',
  out: 'out',
  total: 'total',
  'rate-average': 'average rate',
  'rate-peak': 'peak rate',
  connections: 'connections',
  'dns-queries': 'DNS queries',
  loopback: 'loopback',
  'host-local': 'this host',
  remote: 'remote',
  process: 'process',
  increase: 'baseline',
};

/** A mark that shows a verdict without its colour. */
export const MARKS: Readonly<Record<Verdict, string>> = { within: '✔', exceeded: '✘', unmeasured: '?' };

/** The same of a limit: a warning is no failure. */
export const markOf = ({ verdict, level }: JudgedLimit): string =>
  verdict === 'exceeded' && level === 'warn' ? '!' : MARKS[verdict];

export const verdictText = (verdict: Verdict) =>
  `${MARKS[verdict]} ${verdict === 'unmeasured' ? 'cannot be judged' : verdict}`;

/** No two limits of one level have the same: reports distinguish them by it. */
export function limitName({ kind, subject }: JudgedLimit): string {
  if (subject === undefined) return NAMES[kind];
  if (kind !== 'increase') return `${NAMES[kind]} ${visible(subject)}`;
  return `${isWay(subject) ? subject : `remote ${visible(subject)}`} vs. baseline`;
}

const isWay = (subject: string) => /^(?:in|out|total)$/.test(subject);

const earlierText = ({ baseline }: JudgedLimit) =>
  typeof baseline === 'number' ? `; the baseline used ${inUnit(baseline)}` : '';

/**
 * What was used, exact; "unknown" is said, and so is that a number is not exact enough to be judged, or not all. Of an increase
 * that is in the reason: two exact numbers, too, may be none to compare.
 */
export function usedText({ kind, used, range, verdict, unit }: JudgedLimit): string {
  if (used === null) return 'unknown';
  const text = inUnit(used, unit);
  if (!range) return `${verdict === 'unmeasured' && kind !== 'increase' ? 'about ' : ''}${text}`;
  const { atLeast, atMost } = range;
  if (used === atMost) return `up to ${text}`;
  const most = atMost === null || verdict === 'exceeded' ? '' : `, up to ${inUnit(atMost, unit)}`;
  return `at least ${inUnit(atLeast, unit)}${most}`;
}

/** What was allowed, exact: rounded alone, 1 000 001 B of 1 MB would look like 1 MB of 1 MB. */
export function allowedText({ limit, unit = 'octets' }: JudgedLimit): string {
  switch (unit) {
    case 'octets':
      return withExact(rounded(limit), inUnit(limit));
    case 'octets/s':
      return withExact(rate(limit), inUnit(limit, unit));
    case 'count':
      return inUnit(limit, unit);
    default:
      return unit satisfies never;
  }
}

/** Nothing is said twice: below 1 kB both are the same. */
const withExact = (short: string, whole: string) => (short === whole ? whole : `${short} (${whole})`);

const UNITS = { octets: ' B', 'octets/s': ' B/s', count: '' } as const;

const inUnit = (count: number, unit: keyof typeof UNITS = 'octets') => `${exact(count)}${UNITS[unit]}`;

/** Rounded away from 100 %, so that a breach never reads as "100 %"; far beyond it in words. Nothing has a share of nothing, nor what is known as a range alone. */
export function shareText({ used: printed, range, verdict, limit }: JudgedLimit): string | undefined {
  // Within a limit is what is so at most.
  const used = verdict === 'within' ? (range?.atMost ?? printed) : printed;
  if (used === null || limit === 0) return undefined;
  if (verdict === 'unmeasured' && range && used !== range.atMost) return undefined;
  const times = timesText(used / limit);
  if (times) return `${times} as much`;
  const percent = (used / limit) * 100;
  const whole = used > limit ? Math.ceil(percent) : Math.floor(percent);
  return `${Math.max(whole, used > limit ? 101 : 0)} %`;
}

/** Of a limit that the kernel kept: what was still on its way. */
const byText = ({ overshoot }: JudgedLimit) => (overshoot === undefined ? '' : ` by ${inUnit(overshoot)}`);

/** A judged limit as one sentence, for people. */
export function limitText(limit: JudgedLimit): string {
  const [name, used, allowed] = [limitName(limit), usedText(limit), allowedText(limit)];
  const share = shareText(limit);
  const tail = share === undefined ? '' : `, ${share}`;
  switch (limit.verdict) {
    case 'within':
      return `${name} ${used} of ${allowed}${tail}${earlierText(limit)}`;
    case 'exceeded':
      if (limit.overshoot === 0) return `${name} ${used} of ${allowed}${tail}, and the kernel refused more`;
      return `${name} ${used} exceeds ${allowed}${byText(limit)}${tail}${earlierText(limit)}`;
    case 'unmeasured':
      return `${name} ${used}: cannot be judged against ${allowed}${limit.reason ? `: ${limit.reason}` : ''}`;
    default:
      return limit.verdict satisfies never;
  }
}
