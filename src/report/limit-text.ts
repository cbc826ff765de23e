import type { JudgedLimit, LimitKind, Verdict } from '../measurement.js';
import { exact, rounded } from './format-octets.js';

/** What each kind of limit counts, as metrics call the unit. */
export const LIMIT_UNITS: Readonly<Record<LimitKind, 'bytes'>> = { in: 'bytes', out: 'bytes', total: 'bytes' };

/** A mark that tells a verdict without its colour. */
export const MARKS: Readonly<Record<Verdict, string>> = { within: '✔', exceeded: '✘', unmeasured: '?' };

export const verdictText = (verdict: Verdict) =>
  `${MARKS[verdict]} ${verdict === 'unmeasured' ? 'cannot be judged' : verdict}`;

export const limitName = ({ kind }: JudgedLimit): string => kind;

/** What was used, exact; "unknown" is said, and so is that a number is not exact enough to be judged. */
export function usedText({ used, verdict }: JudgedLimit): string {
  if (used === null) return 'unknown';
  return verdict === 'unmeasured' ? `about ${exact(used)} B` : `${exact(used)} B`;
}

/** What was allowed, exact: rounded alone, 1 000 001 B of 1 MB would look like 1 MB of 1 MB. */
export const allowedText = ({ limit }: JudgedLimit) => `${rounded(limit)} (${exact(limit)} B)`;

/** Rounded away from 100 %, so that a breach never reads as "100 %". Nothing has a share of nothing. */
export function shareText({ used, limit }: JudgedLimit): string | undefined {
  if (used === null || limit === 0) return undefined;
  const percent = (used / limit) * 100;
  const whole = used > limit ? Math.ceil(percent) : Math.floor(percent);
  return `${Math.max(whole, used > limit ? 101 : 0)} %`;
}

/** A judged limit as one sentence, for people. */
export function limitText(limit: JudgedLimit): string {
  const [name, used, allowed] = [limitName(limit), usedText(limit), allowedText(limit)];
  const share = shareText(limit);
  const tail = share === undefined ? '' : `, ${share}`;
  switch (limit.verdict) {
    case 'within':
      return `${name} ${used} of ${allowed}${tail}`;
    case 'exceeded':
      return `${name} ${used} exceeds ${allowed}${tail}`;
    case 'unmeasured':
      return `${name} ${used}: cannot be judged against ${allowed}`;
    default:
      return limit.verdict satisfies never;
  }
}
