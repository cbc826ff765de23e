import type { Devices } from '../counters/dev.js';
import { entry } from './records/entry.js';
import type { RecordedCounters, WatchEvent } from './records/record.js';

type RecordedDevices = RecordedCounters['dev'];
type DeviceEvent = Extract<WatchEvent, { device: string }>;

/** The earlier counters by the devices' later names, and what became of the devices. */
export type PairedDevices = {
  readonly before: Devices;
  readonly after: Devices;
  readonly events: readonly DeviceEvent[];
};

/**
 * Pairs the devices of two samples by the kernel's number of them: it stays when the device gets another name, and a new
 * device of the old name has another, whose counters began at zero though they may be past the old ones.
 */
export function pairDevices(
  before: { readonly recorded: RecordedDevices; readonly counters: Devices },
  after: { readonly recorded: RecordedDevices; readonly counters: Devices },
): PairedDevices {
  const earlier: Record<string, Devices[string]> = Object.create(null);
  const later: Record<string, Devices[string]> = Object.create(null);
  const events: DeviceEvent[] = [];
  const used = new Set<string>();
  for (const [device, counters] of Object.entries(after.counters)) {
    const old = nameBefore(device, before.recorded, after.recorded);
    const replaced = old === undefined && entry(before.recorded, device) !== undefined;
    // A replaced one is left out of the later counters: then it counts as one that went, whose last bytes are unknown.
    if (!replaced) later[device] = counters;
    const oldCounters = old === undefined ? undefined : entry(before.counters, old);
    if (old !== undefined && oldCounters) {
      used.add(old);
      earlier[device] = oldCounters;
      if (old !== device) events.push({ kind: 'device-renamed', device, before: old });
    } else events.push({ kind: replaced ? 'device-replaced' : 'device-appeared', device });
  }
  for (const [device, counters] of Object.entries(before.counters)) {
    if (used.has(device)) continue;
    earlier[device] ??= counters;
    if (!entry(after.counters, device)) events.push({ kind: 'device-vanished', device });
  }
  return { before: earlier, after: later, events };
}

/** The earlier name of a device; undefined: it was not there. */
function nameBefore(device: string, before: RecordedDevices, after: RecordedDevices): string | undefined {
  const index = entry(after, device)?.index ?? null;
  const namesake = entry(before, device);
  if (namesake && (index === null || namesake.index === null || namesake.index === index)) return device;
  if (index === null) return undefined;
  return Object.keys(before).find((name) => before[name]?.index === index);
}
