import { type CounterDelta, subtract } from '../counters/delta.js';
import { type CounterTexts, parseTexts, type Snapshot, takeTexts } from '../counters/snapshot.js';
import type { HeldCounterFiles } from '../counters/take-held-files.js';
import type { QueueReading } from '../isolation/queue-counters.js';
import type { VethScope, WireReading } from '../isolation/veth-scope.js';
import type { InOut } from '../measurement.js';
import type { QueueDelta, WireDelta } from '../traffic/wire-traffic.js';
import { milliseconds, toExactNumber } from '../units.js';

/** Everything that is counted in a scope, at one instant. */
export type Reading = { readonly texts: CounterTexts; readonly wire: WireReading };

export async function takeReading(scope: VethScope, files: HeldCounterFiles): Promise<Reading> {
  const wire = scope.readWire();
  const texts = takeTexts((file) => files.read(file), milliseconds(performance.now()));
  return { texts, wire: await wire };
}

/** The counters' increments between two readings of one scope, and the later counters themselves. */
export type Difference = { readonly wire: WireDelta; readonly delta: CounterDelta; readonly after: Snapshot };

/** What happened between two readings of one scope. */
export function difference(before: Reading, after: Reading): Difference {
  const { ipv4, ipv6, loopback } = after.wire;
  const wire: WireDelta = {
    ipv4: directions(before.wire.ipv4, ipv4),
    ...(ipv6 && { ipv6: directions(before.wire.ipv6, ipv6) }),
    loopback: grown(before.wire.loopback, loopback),
  };
  const snapshot = parseTexts(after.texts);
  return { wire, delta: subtract(parseTexts(before.texts), snapshot), after: snapshot };
}

type Queues = InOut<QueueReading | undefined>;

const directions = (before: Queues | undefined, after: Queues): InOut<QueueDelta | undefined> => ({
  in: grown(before?.in, after.in),
  out: grown(before?.out, after.out),
});

/** Unknown unless it was read on both sides and did not go down. */
function grown(before: QueueReading | undefined, after: QueueReading | undefined): QueueDelta | undefined {
  if (!before || !after || after.bytes < before.bytes || after.packets < before.packets) return undefined;
  return { bytes: toExactNumber(after.bytes - before.bytes), packets: toExactNumber(after.packets - before.packets) };
}
