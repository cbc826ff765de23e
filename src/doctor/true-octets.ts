import { DEVICE_COLUMNS, type Devices, parseDev } from '../counters/dev.js';
import type { InOut } from '../measurement/traffic.js';
import { ETHERNET_HEADER, toExactNumber } from '../units.js';

/** Both ends of the wire at a moment: /proc/PID/net/dev of the namespace, and the device's name there. */
export type WireCounters = { readonly far: DeviceText; readonly near: DeviceText };

type DeviceText = { readonly text: string; readonly device: string };

/**
 * The IP octets that crossed the wire, by the device at its other end, which counts each frame as it was on the wire: none
 * is larger than its MTU, and nothing else crosses. netmeter counts by none of these counters there.
 * @returns undefined when an end has dropped a frame: the other did not see it
 */
export function trueOctets(before: WireCounters, after: WireCounters): InOut<number> | undefined {
  const grown = (end: 'far' | 'near', name: string) =>
    toExactNumber(counter(after[end], name) - counter(before[end], name));
  const dropped = (['far', 'near'] as const).some((end) => grown(end, 'rxDrop') + grown(end, 'txDrop') > 0);
  if (dropped) return undefined;
  const octets = (way: keyof typeof DEVICE_COLUMNS) => {
    const column = DEVICE_COLUMNS[way];
    return grown('far', `${column}Bytes`) - ETHERNET_HEADER * grown('far', `${column}Packets`);
  };
  // What the far end sends comes in.
  return { in: octets('out'), out: octets('in') };
}

function counter({ text, device }: DeviceText, name: string): bigint {
  const devices: Devices = parseDev(text);
  const value = devices[device]?.[name];
  if (value === undefined) throw new Error(`${device} has no counter ${name}`);
  return value;
}
