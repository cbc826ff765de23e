import type { InOut } from '../measurement/traffic.js';
import { duration, exact, rateWithin, roundedWithin } from '../report/format-octets.js';
import { type Paint, painter } from '../report/text/paint.js';
import { row } from '../report/text/rows.js';
import type { TextOptions } from '../report/text/text.js';
import { visible, visibleJson } from '../report/visible.js';
import { describeEvents } from './describe-event.js';
import { NEVER_THERE } from './never-there.js';
import type { Tally } from './records/record.js';
import { dateTime } from './render-sample.js';
import { totalRows } from './render-total.js';
import type { DaySum, WatchSummary } from './summary.js';

/** People read no longer lists; the JSON has more. */
const SHOWN = 20;

/** What a watch file says, for people. @param name what the file is called */
export function renderSummary(summary: WatchSummary, name: string, { color }: TextOptions): string {
  const paint = painter(color);
  return [
    heading(summary, name, paint),
    ...totalRows(summary.external, summary.loopback, paint),
    ...(summary.neverThere ? [paint.yellow(NEVER_THERE)] : []),
    ...(summary.cgroup === null ? layerRows(summary) : []),
    ...peakRows(summary),
    ...dayRows(summary.days, paint),
    ...eventRows(summary, paint),
    ...unreadableRows(summary, paint),
    '',
  ].join('\n');
}

/** The same for machines, described by watch-1.schema.json. */
export const renderSummaryJson = (summary: WatchSummary): string => `${visibleJson(summary, 2)}\n`;

function heading({ from, to, samples, cgroup }: WatchSummary, name: string, paint: Paint): string {
  const time = from === null || to === null ? 'no time' : `${dateTime(from)} to ${dateTime(to)} UTC`;
  return `${paint.bold('netmeter watch:')} ${visible(name)}${cgroup === null ? '' : ` (${visible(cgroup)})`}, ${time}, ${samples === 1 ? '1 sample' : `${exact(samples)} samples`}`;
}

/** The kernel's own counts, which one would get by subtracting them by hand. */
function layerRows({ raw, devices, beside: uncounted = {} }: WatchSummary): string[] {
  const links = Object.entries(devices).map(([name, sum]) => row('link', `${visible(name)}: ${bothOf(sum)}`));
  const six = raw.ipv6.in.octets === '0' && raw.ipv6.out.octets === '0' ? [] : [row('Ip6', bothOf(raw.ipv6))];
  const beside = Object.entries(uncounted).map(([name, sum]) =>
    row('uncounted', `${visible(name)}: ${bothOf(sum)} (containers and the like on this machine: in no number)`),
  );
  return [row('IpExt', `${bothOf(raw.ipv4)} (loopback included)`), ...six, ...links, ...beside];
}

const bothOf = ({ in: incoming, out }: InOut<Tally>) => `${atLeast(incoming)} in, ${atLeast(out)} out`;

const atLeast = ({ octets, unknown }: Tally) => `${unknown > 0 ? 'at least ' : ''}${exact(BigInt(octets))} B`;

function peakRows({ peak }: WatchSummary): string[] {
  return (['in', 'out'] as const).flatMap((way) => {
    const top = peak[way];
    if (!top) return [];
    const over = `over ${duration(top.elapsedMs)} to ${dateTime(top.at)}`;
    return [row(`peak ${way}`, `${rateWithin(top.octetsPerSecond, top.errorBound)} ${over}`)];
  });
}

function dayRows(days: readonly DaySum[], paint: Paint): string[] {
  if (days.length === 0) return [];
  const amounts = (cells: readonly string[]) => cells.map((cell) => cell.padStart(10)).join(' ');
  const title = `  ${'day (UTC)'.padEnd(21)} ${amounts(['in', 'out', 'loopback', 'intervals'])}`;
  const rows = days.map((day) => {
    const rows = [day.in, day.out, day.loopback].map(withinTally);
    const missing = Math.max(day.in.unknown, day.out.unknown, day.loopback.unknown);
    const note = missing === 0 ? '' : paint.yellow(`  at least this: ${exact(missing)} unknown`);
    return `  ${day.day.padEnd(21)} ${amounts([...rows, exact(day.intervals)])}${note}`;
  });
  return ['', paint.bold(title), ...rows];
}

const withinTally = ({ octets, errorBound, unbounded = 0 }: Tally) =>
  roundedWithin(BigInt(octets), unbounded > 0 ? null : BigInt(errorBound));

function eventRows({ events, eventCounts, gapMs, suspendedMs }: WatchSummary, paint: Paint): string[] {
  const { gap = 0, reboot = 0, suspended = 0, 'counter-reset': resets = 0 } = eventCounts;
  const said = [
    ...(reboot > 0 ? [`${exact(reboot)} × reboot`] : []),
    ...(gap > 0 ? [`${exact(gap)} × gap, ${duration(gapMs)}`] : []),
    ...(suspended > 0 ? [`${exact(suspended)} × asleep, ${duration(suspendedMs)}`] : []),
    ...(resets > 0 ? [`${exact(resets)} × counter reset`] : []),
  ];
  const all = Object.values(eventCounts).reduce((sum, count) => sum + count, 0);
  if (all === 0) return [];
  const lines = events.slice(0, SHOWN).flatMap((event) => {
    return describeEvents([event]).map((text) => `  ${dateTime(event.at)}  ${text}`);
  });
  const shown = [...new Set(lines)];
  const title = paint.bold(`  events${said.length > 0 ? `: ${said.join('; ')}` : ''}`);
  return ['', title, ...shown, ...(all > SHOWN ? [`  and ${exact(all - SHOWN)} more (--json lists them)`] : [])];
}

function unreadableRows({ unreadable, unreadableCount }: WatchSummary, paint: Paint): string[] {
  if (unreadableCount === 0) return [];
  const lines = unreadable.slice(0, SHOWN).map(({ line, reason }) => `  line ${line}: ${visible(reason)}`);
  const more = unreadableCount > SHOWN ? [`  and ${exact(unreadableCount - SHOWN)} more`] : [];
  return ['', paint.yellow(`  unreadable lines, left out of the sums: ${exact(unreadableCount)}`), ...lines, ...more];
}
