import { type CounterDelta, type CounterReset, subtract } from '../counters/delta.js';
import { carryOver, NO_CARRY } from './carry.js';
import { meterDifference } from './meter-difference.js';
import { pairDevices } from './pair-devices.js';
import type { SampleRecord, WatchEvent } from './records/record.js';
import { recordedSnapshot, zeroSnapshot } from './records/recorded-counters.js';
import { recordedDelta } from './records/recorded-delta.js';
import type { Difference, Stand } from './stand.js';

type Before = Stand & Pick<SampleRecord, 'carry'>;

/** A sample that is late by less is no gap. */
const LATE_MS = 1000;
/** Two clocks that are read one after the other differ by less. */
const CLOCK_SLACK_MS = 1000;

/** What was added between two samples, and what a reader must know of it. */
export function difference(before: Before | undefined, after: Stand): Difference {
  const ofMachine = machineDifference(before, after);
  return before && after.meter ? meterDifference({ before, after, ofMachine }, after.meter) : ofMachine;
}

function machineDifference(before: Before | undefined, after: Stand): Difference {
  if (!before) return unknown();
  // A container that keeps the host's boot id still starts its own clock anew.
  if (before.bootId !== after.bootId || after.uptimeMs < before.uptimeMs) return sinceBoot(before, after);
  const moved = before.namespace !== null && after.namespace !== null && before.namespace !== after.namespace;
  return moved ? unknown({ kind: 'other-namespace' }) : sinceSample(before, after);
}

const unknown = (...events: readonly WatchEvent[]): Difference => ({ delta: null, events, carry: NO_CARRY });

function sinceBoot(before: Stand, after: Stand): Difference {
  const booted = Date.parse(after.at) - after.uptimeMs;
  const unseen = booted - Date.parse(before.at);
  const reboot: WatchEvent = { kind: 'reboot', unseenMs: unseen < 0 ? null : unseen };
  const now = recordedSnapshot(after);
  const delta = exactly(() => subtract(zeroSnapshot(now), now));
  if (!delta) return unknown(reboot, { kind: 'too-large' });
  const from = new Date(booted).toISOString();
  const { carry } = carryOver(delta, after.devices, NO_CARRY);
  return { delta: recordedDelta(from, after.devices, delta), events: [reboot], carry };
}

function sinceSample(before: Before, after: Stand): Difference {
  const [earlier, later] = [recordedSnapshot(before), recordedSnapshot(after)];
  const paired = pairDevices(
    { recorded: before.counters.dev, counters: earlier.dev },
    { recorded: after.counters.dev, counters: later.dev },
  );
  const renamed = new Map(
    paired.events.flatMap((event) => (event.kind === 'device-renamed' ? [[event.before, event.device]] : [])),
  );
  const outside = [...new Set([...before.devices.map((name) => renamed.get(name) ?? name), ...after.devices])];
  const times = timeEvents(before, after);
  const delta = exactly(() => subtract({ ...earlier, dev: paired.before }, { ...later, dev: paired.after }));
  if (!delta) return unknown(...times, { kind: 'too-large' });
  const carried = carryOver(delta, outside, before.carry);
  const ofOutside = paired.events.filter(({ device }) => outside.includes(device));
  const resets = delta.resets.filter((reset) => concerns(reset, outside)).map(resetEvent);
  return {
    delta: recordedDelta(before.at, outside, delta, carried.delta),
    events: [...times, ...ofOutside, ...resets],
    carry: carried.carry,
  };
}

function timeEvents(before: Stand, after: Stand): WatchEvent[] {
  const elapsed = after.uptimeMs - before.uptimeMs;
  const slept = elapsed - (after.awakeMs - before.awakeMs);
  const suspended = slept > CLOCK_SLACK_MS ? slept : 0;
  const awake = elapsed - suspended;
  const gap = awake > 1.5 * Math.max(before.intervalMs, after.intervalMs) + LATE_MS;
  return [
    ...(suspended > 0 ? [{ kind: 'suspended', ms: suspended } as const] : []),
    ...(gap ? [{ kind: 'gap', ms: awake } as const] : []),
  ];
}

/** undefined: an increment does not fit a number exactly. */
function exactly(take: () => CounterDelta): CounterDelta | undefined {
  try {
    return take();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const concerns = ({ file, group }: CounterReset, outside: readonly string[]) =>
  file !== 'dev' || group === 'lo' || (group !== undefined && outside.includes(group));

const resetEvent = ({ counter, before, after }: CounterReset): WatchEvent => ({
  kind: 'counter-reset',
  counter,
  before: String(before),
  after: String(after),
});
