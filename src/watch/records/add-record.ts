import type { InOut } from '../../measurement/traffic.js';
import { averageRate } from '../average-rate.js';
import { besideMoved } from '../beside-moved.js';
import { wasThere } from '../never-there.js';
import { type DaySum, MAX_LISTED, NOTHING, type Peak, type UnreadableLine, type WatchSummary } from '../summary.js';
import { addExact, addTally, isPartial, NO_TALLY } from '../tally.js';
import { entry } from './entry.js';
import type { SampleRecord, Tally, WatchEvent } from './record.js';

/** Events of an interval that was longer than asked for. */
const UNWATCHED: ReadonlySet<WatchEvent['kind']> = new Set(['gap', 'suspended', 'reboot']);

/** The summary with one more line that is no record. */
export function addUnreadable(summary: WatchSummary, line: UnreadableLine): WatchSummary {
  return {
    ...summary,
    unreadableCount: summary.unreadableCount + 1,
    unreadable: append(summary.unreadable, [line]),
  };
}

/** The summary with one more record. A first sample, which has nothing to subtract from, only opens it. */
export function addRecord(summary: WatchSummary, record: SampleRecord): WatchSummary {
  const { at, delta, events } = record;
  const { neverThere: _, ...before } = summary;
  const opened = {
    ...before,
    samples: summary.samples + 1,
    cgroup: record.meter?.cgroup ?? summary.cgroup,
    ...(isAbsent(summary, record) && { neverThere: true as const }),
    from: summary.from ?? at,
    to: at,
  };
  if (!delta && events.length === 0) return opened;
  const partly = isPartial(record);
  const { raw, peak } = summary;
  return {
    ...opened,
    external: addAmounts(summary.external, record, partly),
    loopback: addExact(summary.loopback, delta?.loopback ?? null, partly),
    raw: {
      ipv4: addPair(raw.ipv4, delta?.raw.ipv4, partly),
      // Without IPv6 there is nothing to miss.
      ipv6: delta && !delta.raw.ipv6 ? raw.ipv6 : addPair(raw.ipv6, delta?.raw.ipv6 ?? undefined, partly),
    },
    devices: addDevices(summary.devices, record, record.devices, partly),
    ...addBeside(summary, record, partly),
    peak: { in: higher(peak.in, record, 'in'), out: higher(peak.out, record, 'out') },
    days: addDay(summary.days, record, partly),
    ...addEvents(summary, record),
  };
}

/** Until it is there once. */
const isAbsent = ({ samples, neverThere }: WatchSummary, { meter }: SampleRecord) =>
  (samples === 0 || neverThere === true) && !wasThere(meter);

function addEvents(summary: WatchSummary, { at, events }: SampleRecord) {
  const eventCounts = { ...summary.eventCounts };
  for (const { kind } of events) eventCounts[kind] = (eventCounts[kind] ?? 0) + 1;
  const lasted = (kind: 'gap' | 'suspended') =>
    events.reduce((ms, event) => (event.kind === kind ? ms + event.ms : ms), 0);
  return {
    eventCounts,
    gapMs: summary.gapMs + lasted('gap'),
    suspendedMs: summary.suspendedMs + lasted('suspended'),
    events: append(
      summary.events,
      events.map((event) => ({ ...event, at })),
    ),
  };
}

/** Only what has carried something is worth a word. */
function addBeside({ beside = {} }: WatchSummary, record: SampleRecord, partly: boolean): Pick<WatchSummary, 'beside'> {
  const moved = besideMoved(record).map(({ device }) => device);
  if (moved.length + Object.keys(beside).length === 0) return {};
  return { beside: addDevices(beside, record, moved, partly) };
}

function addDevices(
  sums: WatchSummary['devices'],
  { delta }: SampleRecord,
  devices: readonly string[],
  partly: boolean,
) {
  const known = [...new Set([...devices, ...Object.keys(sums)])];
  return Object.fromEntries(
    known.map((name) => {
      const sum = entry(sums, name) ?? NOTHING;
      const added = delta ? entry(delta.devices, name) : undefined;
      // One that was not there has brought nothing.
      return [name, delta && !added ? sum : addPair(sum, added, partly)] as const;
    }),
  );
}

/** Adds to the last day, or begins the next. Only a gap can span days that it cannot be divided among. */
function addDay(days: readonly DaySum[], record: SampleRecord, partly: boolean): readonly DaySum[] {
  const { at, delta, events } = record;
  const end = at.slice(0, 10);
  const start = delta?.from.slice(0, 10) ?? end;
  const unwatched = events.some(({ kind }) => UNWATCHED.has(kind));
  const day = start < end && unwatched ? `${start}/${end}` : end;
  const last = days.at(-1);
  const sum = last?.day === day ? last : { day, ...NOTHING, loopback: NO_TALLY, intervals: 0 };
  const grown: DaySum = {
    day,
    ...addAmounts(sum, record, partly),
    loopback: addExact(sum.loopback, delta?.loopback ?? null, partly),
    intervals: sum.intervals + 1,
  };
  return [...(sum === last ? days.slice(0, -1) : days), grown];
}

const UNKNOWN = { wireOctets: null, errorBound: null } as const;

const addAmounts = (sum: InOut<Tally>, { delta }: SampleRecord, partly: boolean): InOut<Tally> => ({
  in: addTally(sum.in, delta?.external.in ?? UNKNOWN, partly),
  out: addTally(sum.out, delta?.external.out ?? UNKNOWN, partly),
});

const addPair = (sum: InOut<Tally>, added: InOut<number | null> | undefined, partly: boolean): InOut<Tally> => ({
  in: addExact(sum.in, added?.in ?? null, partly),
  out: addExact(sum.out, added?.out ?? null, partly),
});

/** An interval that a stop or start cut short says nothing about the rate. */
function higher(peak: Peak | null, { at, delta, intervalMs }: SampleRecord, way: 'in' | 'out'): Peak | null {
  if (!delta || delta.elapsedMs < intervalMs / 2) return peak;
  const found = averageRate(delta, way);
  if (!found || (peak && peak.octetsPerSecond >= found.octetsPerSecond)) return peak;
  return { at, elapsedMs: delta.elapsedMs, ...found };
}

const append = <T>(list: readonly T[], more: readonly T[]) =>
  more.length === 0 || list.length >= MAX_LISTED ? list : [...list, ...more].slice(0, MAX_LISTED);
