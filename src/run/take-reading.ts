import { type CounterDelta, subtract } from '../counters/delta.js';
import { type CounterTexts, parseTexts, type Snapshot, takeTexts } from '../counters/snapshot.js';
import type { HeldCounterFiles } from '../counters/take-held-files.js';
import type { QueueReading, Scope, WireReading } from '../isolation/scope.js';
import type { QueueDelta, WireDelta } from '../traffic/queue-delta.js';
import { milliseconds, toExactNumber } from '../units.js';

/** Everything that is counted in a scope, at one instant. */
export type Reading = { readonly texts: CounterTexts; readonly wire: WireReading };

export async function takeReading(scope: Pick<Scope, 'readWire'>, files: HeldCounterFiles): Promise<Reading> {
  const wire = scope.readWire();
  const texts = takeTexts((file) => files.read(file), milliseconds(performance.now()));
  return { texts, wire: await wire };
}

/** The counters' increments between two readings of one scope, and the later counters themselves. */
export type Difference = { readonly wire: WireDelta; readonly delta: CounterDelta; readonly after: Snapshot };

/**
 * What happened between two readings of one scope.
 * @param snapshotBefore the earlier one's counters, where they are known
 */
export function difference(
  before: Reading,
  after: Reading,
  snapshotBefore: Snapshot = parseTexts(before.texts),
): Difference {
  const queues = Object.entries(after.wire).map(([end, reading]) => [end, grown(before.wire[end], reading)] as const);
  const wire: WireDelta = Object.fromEntries(queues);
  const snapshot = parseTexts(after.texts);
  return { wire, delta: subtract(snapshotBefore, snapshot), after: snapshot };
}

/** Unknown unless it was read on both sides and did not go down. */
function grown(before: QueueReading | undefined, after: QueueReading | undefined): QueueDelta | undefined {
  if (!before || !after || after.bytes < before.bytes || after.packets < before.packets) return undefined;
  return { bytes: toExactNumber(after.bytes - before.bytes), packets: toExactNumber(after.packets - before.packets) };
}
