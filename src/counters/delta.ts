import { type Milliseconds, milliseconds, toExactNumber } from '../units.js';
import type { Counters, CounterTable } from './name-value-table.js';
import { NETSTAT_GAUGES } from './netstat.js';
import type { Snapshot } from './snapshot.js';
import { SNMP_GAUGES } from './snmp.js';

/** What was added to each counter; one that went down, or is missing on one side, is absent. */
export type Increments = Readonly<Record<string, number>>;
type TableDelta = Readonly<Record<string, Increments>>;

/** A device that came since `before` counts from zero; of one that is gone the last bytes are unknown. */
export type DeviceDelta =
  | { readonly kind: 'present' | 'appeared'; readonly counters: Increments }
  | { readonly kind: 'vanished' };

/** A counter that went down: its increment is unknown, and neither a wrap nor zero. */
export type CounterReset = {
  readonly file: 'netstat' | 'snmp' | 'snmp6' | 'dev';
  /** The table's group or the device; snmp6 has none. */
  readonly group?: string;
  /** With its group, for people: `IpExt.InOctets`, `eth0.rxBytes`, `Ip6InOctets`. */
  readonly counter: string;
  readonly before: bigint;
  readonly after: bigint;
};

/** What each counter grew by between two snapshots. An `snmp6` that either of them lacks is absent; what went down is in `resets`. */
export type CounterDelta = {
  readonly elapsedMs: Milliseconds;
  readonly netstat: TableDelta;
  readonly snmp: TableDelta;
  readonly snmp6?: Increments;
  readonly devices: Readonly<Record<string, DeviceDelta>>;
  readonly resets: readonly CounterReset[];
};

/** Where counters are from, and where the ones that went down are noted. */
type Place = Pick<CounterReset, 'file' | 'group'> & { readonly resets: CounterReset[] };

const NO_GAUGES: ReadonlySet<string> = new Set();
const GAUGES = { netstat: NETSTAT_GAUGES, snmp: SNMP_GAUGES, snmp6: NO_GAUGES, dev: NO_GAUGES };

/**
 * What happened between two snapshots of one namespace. Gauges (sockstat, Tcp's CurrEstab ...) are not subtracted.
 * @throws {RangeError} an increment is beyond 2^53 - 1
 */
export function subtract(before: Snapshot, after: Snapshot): CounterDelta {
  const resets: CounterReset[] = [];
  return {
    elapsedMs: milliseconds(after.at - before.at),
    netstat: subtractTable({ file: 'netstat', resets }, before.netstat, after.netstat),
    snmp: subtractTable({ file: 'snmp', resets }, before.snmp, after.snmp),
    ...(before.snmp6 &&
      after.snmp6 && { snmp6: subtractCounters({ file: 'snmp6', resets }, before.snmp6, after.snmp6) }),
    devices: subtractDevices(before, after, resets),
    resets,
  };
}

function subtractTable(place: Place, before: CounterTable, after: CounterTable): TableDelta {
  const groups = Object.entries(after).flatMap(([group, counters]) => {
    const earlier = before[group];
    return earlier ? [[group, subtractCounters({ ...place, group }, earlier, counters)] as const] : [];
  });
  return Object.fromEntries(groups);
}

function subtractCounters({ resets, ...from }: Place, before: Counters, after: Counters): Increments {
  const prefix = from.group === undefined ? '' : `${from.group}.`;
  const increments: Record<string, number> = Object.create(null);
  for (const [name, later] of Object.entries(after)) {
    const earlier = before[name];
    if (earlier === undefined || GAUGES[from.file].has(prefix + name)) continue;
    if (later < earlier) resets.push({ ...from, counter: prefix + name, before: earlier, after: later });
    else increments[name] = toExactNumber(later - earlier);
  }
  return increments;
}

function subtractDevices(before: Snapshot, after: Snapshot, resets: CounterReset[]): Record<string, DeviceDelta> {
  const devices: Record<string, DeviceDelta> = Object.create(null);
  for (const device of Object.keys(before.dev)) devices[device] = { kind: 'vanished' };
  for (const [device, counters] of Object.entries(after.dev)) {
    const earlier = before.dev[device];
    devices[device] = earlier
      ? { kind: 'present', counters: subtractCounters({ file: 'dev', group: device, resets }, earlier, counters) }
      : {
          kind: 'appeared',
          counters: subtractCounters({ file: 'dev', group: device, resets }, zeros(counters), counters),
        };
  }
  return devices;
}

const zeros = (counters: Counters): Counters => Object.fromEntries(Object.keys(counters).map((name) => [name, 0n]));
