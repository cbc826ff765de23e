import type { InOut } from '../measurement/traffic.js';
import { toExactNumber } from '../units.js';
import type { Amount, RecordedDelta, RecordedMeter, RecordedTable, WatchEvent } from './records/record.js';
import type { Difference, Stand } from './stand.js';

/** Two samples, and what was added to the machine's own counters between them. */
export type Samples = { readonly before: Stand; readonly after: Stand; readonly ofMachine: Difference };

/** Of the time that passed, which is a control group's too. */
const OF_TIME: ReadonlySet<WatchEvent['kind']> = new Set(['reboot', 'gap', 'suspended']);

const UNKNOWN = { wireOctets: null, errorBound: null, ipOctets: null } as const;
const NO_RAW = { ipv4: { in: null, out: null }, ipv6: null } as const;

/** What a control group has moved between two samples; the machine's own counters stay beside it. */
export function meterDifference({ before, after, ofMachine }: Samples, meter: RecordedMeter): Difference {
  const { delta, carry } = ofMachine;
  const events = ofMachine.events.filter(({ kind }) => OF_TIME.has(kind));
  const isSame = before.meter?.counting === meter.counting;
  const from = isSame ? before.meter : undefined;
  const begun: WatchEvent[] = isSame ? [] : [{ kind: 'counting-began', unseenMs: elapsed(before, after) }];
  return {
    delta: {
      from: before.at,
      elapsedMs: delta && delta.from === before.at ? delta.elapsedMs : (elapsed(before, after) ?? 0),
      ...(from ? added(from.counters, meter.counters) : NOTHING_KNOWN),
      raw: delta?.raw ?? NO_RAW,
      devices: delta?.devices ?? {},
    },
    events: [...events, ...begun, ...(from ? comingAndGoing(from.counters, meter.counters) : [])],
    carry,
  };
}

const NOTHING_KNOWN = { external: { in: UNKNOWN, out: UNKNOWN }, loopback: null } as const;

/** By the wall clock; null: it went back. */
function elapsed(before: Stand, after: Stand): number | null {
  const ms = Date.parse(after.at) - Date.parse(before.at);
  return ms < 0 ? null : ms;
}

type Added = Pick<RecordedDelta, 'external' | 'loopback'>;

function added(before: RecordedTable, after: RecordedTable): Added {
  const grown = (name: string) => difference(before, after, name);
  const amount = (way: keyof InOut<Amount>): Amount => ({
    wireOctets: grown(`${way}WireOctets`),
    errorBound: grown(`${way}Unbounded`) === 0 ? grown(`${way}ErrorBound`) : null,
    ipOctets: grown(`${way}IpOctets`),
  });
  return { external: { in: amount('in'), out: amount('out') }, loopback: grown('loopbackOctets') };
}

function comingAndGoing(before: RecordedTable, after: RecordedTable): WatchEvent[] {
  const times = (name: string) => difference(before, after, name) ?? 0;
  const [vanished, appeared] = [times('vanished'), times('appeared')];
  return [
    ...(vanished > 0 ? [{ kind: 'cgroup-vanished', times: vanished } as const] : []),
    ...(appeared > 0 ? [{ kind: 'cgroup-appeared', times: appeared, late: times('foundLate') } as const] : []),
  ];
}

/** null: it is not known on both sides. */
function difference(before: RecordedTable, after: RecordedTable, name: string): number | null {
  const [earlier, later] = [before[name], after[name]];
  return earlier === undefined || later === undefined ? null : toExactNumber(BigInt(later) - BigInt(earlier));
}
