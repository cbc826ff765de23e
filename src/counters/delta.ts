import { type Milliseconds, milliseconds, toExactNumber } from '../units.js';
import type { Counters, CounterTable } from './name-value-table.js';
import type { Snapshot } from './snapshot.js';
import { SNMP_GAUGES } from './snmp.js';

/** What was added to each counter; one that went down, or is missing on one side, is absent. */
export type Increments = Readonly<Record<string, number>>;
export type TableDelta = Readonly<Record<string, Increments>>;

/** A device that came since `before` counts from zero; of one that is gone the last bytes are unknown. */
export type DeviceDelta =
  | { readonly kind: 'present' | 'appeared'; readonly counters: Increments }
  | { readonly kind: 'vanished' };

/** A counter that went down: its increment is unknown, and neither a wrap nor zero. */
export type CounterReset = { readonly counter: string; readonly before: bigint; readonly after: bigint };

export type CounterDelta = {
  readonly elapsedMs: Milliseconds;
  readonly netstat: TableDelta;
  readonly snmp: TableDelta;
  readonly snmp6?: Increments;
  readonly devices: Readonly<Record<string, DeviceDelta>>;
  readonly resets: readonly CounterReset[];
};

/** What happened between two snapshots of one namespace. Gauges (sockstat, Tcp's CurrEstab ...) are not subtracted. */
export function subtract(before: Snapshot, after: Snapshot): CounterDelta {
  const resets: CounterReset[] = [];
  return {
    elapsedMs: milliseconds(after.at - before.at),
    netstat: subtractTable('', before.netstat, after.netstat, resets),
    snmp: subtractTable('', before.snmp, after.snmp, resets),
    ...(before.snmp6 && after.snmp6 && { snmp6: subtractCounters('', before.snmp6, after.snmp6, resets) }),
    devices: subtractDevices(before, after, resets),
    resets,
  };
}

function subtractTable(prefix: string, before: CounterTable, after: CounterTable, resets: CounterReset[]): TableDelta {
  const groups = Object.entries(after).flatMap(([group, counters]) => {
    const earlier = before[group];
    return earlier ? [[group, subtractCounters(`${prefix}${group}.`, earlier, counters, resets)] as const] : [];
  });
  return Object.fromEntries(groups);
}

function subtractCounters(prefix: string, before: Counters, after: Counters, resets: CounterReset[]): Increments {
  const increments: Record<string, number> = Object.create(null);
  for (const [name, later] of Object.entries(after)) {
    const earlier = before[name];
    if (earlier === undefined || SNMP_GAUGES.has(prefix + name)) continue;
    if (later < earlier) resets.push({ counter: prefix + name, before: earlier, after: later });
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
      ? { kind: 'present', counters: subtractCounters(`${device}.`, earlier, counters, resets) }
      : { kind: 'appeared', counters: subtractCounters('', zeros(counters), counters, resets) };
  }
  return devices;
}

const zeros = (counters: Counters): Counters => Object.fromEntries(Object.keys(counters).map((name) => [name, 0n]));
