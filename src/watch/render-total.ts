import type { InOut } from '../measurement/traffic.js';
import { exact, rounded } from '../report/format-octets.js';
import type { Paint } from '../report/text/paint.js';
import type { Tally, Total } from './records/record.js';
import { dateTime } from './render-sample.js';

/** The total over all samples of a watch, with its error and what is missing from it. */
export function renderTotal(total: Total, paint: Paint): string {
  const samples = total.samples === 1 ? '1 sample' : `${exact(total.samples)} samples`;
  return [
    `${paint.bold('total')} since ${dateTime(total.since)} UTC (${samples})`,
    ...totalRows(total, total.loopback, paint),
    '',
  ].join('\n');
}

/** Rows of both directions and loopback. */
export const totalRows = (external: InOut<Tally>, loopback: Tally, paint: Paint): string[] => [
  tallyRow('in', external.in, paint),
  tallyRow('out', external.out, paint),
  tallyRow('loopback', loopback, paint),
];

function tallyRow(label: string, tally: Tally, paint: Paint): string {
  const { octets, unknown } = tally;
  const bound = boundText(tally, paint);
  const missing = unknown === 0 ? '' : paint.yellow(`  at least this: ${timesUnknown(unknown)}`);
  const amount = paint.bold(rounded(BigInt(octets)).padStart(9));
  return `  ${label.padEnd(9)} ${amount}  ${exact(BigInt(octets)).padStart(23)} B${bound}${missing}`;
}

function boundText({ errorBound, unbounded = 0 }: Tally, paint: Paint): string {
  const known = errorBound === '0' ? '' : ` ±${exact(BigInt(errorBound))} B`;
  if (unbounded === 0) return known;
  return paint.yellow(
    `${known}  error unknown in ${unbounded === 1 ? 'one interval' : `${exact(unbounded)} intervals`}`,
  );
}

const timesUnknown = (count: number) =>
  count === 1 ? 'one interval is unknown' : `${exact(count)} intervals are unknown`;
