import { rateWithin, rounded, roundedWithin } from '../report/format-octets.js';
import type { Paint } from '../report/text/paint.js';
import { visible } from '../report/visible.js';
import { averageRate } from './average-rate.js';
import { besideMoved } from './beside-moved.js';
import { describeEvents } from './describe-event.js';
import type { Amount, RecordedDelta, SampleRecord } from './records/record.js';

const AMOUNT = 10;
const RATE = 11;

/** The heading of the lines below. */
export const sampleHeading = (paint: Paint): string =>
  paint.bold(
    [
      'time (UTC)'.padEnd(19),
      ...['in', 'out', 'loopback'].map((word) => word.padStart(AMOUNT)),
      ...['in/s', 'out/s'].map((word) => word.padStart(RATE)),
      ' notes',
    ].join(' '),
  );

/** One sample as a line, without newline: what was added, at which rate, and what to know of it. */
export function renderSample(sample: SampleRecord, paint: Paint): string {
  const { at, delta, events, meter } = sample;
  const amounts = delta
    ? [within(delta.external.in), within(delta.external.out), rounded(delta.loopback)]
    : ['-', '-', '-'];
  const rates = delta ? [rateText(delta, 'in'), rateText(delta, 'out')] : ['-', '-'];
  const said = delta || events.length > 0 ? describeEvents(events) : ['first sample'];
  const isGone = meter && !meter.isThere && !events.some(({ kind }) => kind === 'cgroup-vanished');
  const beside = besideMoved(sample).map(
    (moved) => `uncounted ${visible(moved.device)}: ${rounded(moved.in)} in, ${rounded(moved.out)} out`,
  );
  const notes = [...said, ...beside, ...(isGone ? ['the control group is not there'] : [])];
  return [
    dateTime(at),
    ...amounts.map((text) => text.padStart(AMOUNT)),
    ...rates.map((text) => text.padStart(RATE)),
    notes.length > 0 ? ` ${paint.yellow(notes.join('; '))}` : '',
  ]
    .join(' ')
    .trimEnd();
}

function rateText(delta: RecordedDelta, way: 'in' | 'out'): string {
  const found = averageRate(delta, way);
  return found ? rateWithin(found.octetsPerSecond, found.errorBound) : '-';
}

const within = ({ wireOctets, errorBound }: Amount) => roundedWithin(wireOctets, errorBound);

/** `2027-01-31 12:00:00`: an ISO time without what is the same in all. */
export const dateTime = (iso: string): string => iso.slice(0, 19).replace('T', ' ');
