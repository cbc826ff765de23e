import type { CounterDelta, Increments } from '../../counters/delta.js';
import { DEVICE_COLUMNS } from '../../counters/dev.js';
import type { Layers } from '../../measurement/traffic.js';
import { ETHERNET_HEADER, ipOctets, linkBytes, packets } from '../../units.js';
import { addKnown } from '../layers.js';

/** One direction, and how far its wire octets can be off. null: not known. */
export type DeviceFlow = { readonly layers: Layers; readonly bound: number | null };

export function countersNamed(device: string, delta: CounterDelta): Increments {
  // A device may have the name of something that every object has.
  const found = Object.hasOwn(delta.devices, device) ? delta.devices[device] : undefined;
  return found && found.kind !== 'vanished' ? found.counters : {};
}

/** Of all devices together; null: one does not say. */
export const sumOf = (devices: readonly string[], name: string, delta: CounterDelta) =>
  addKnown(devices.map((device) => countersNamed(device, delta)[name] ?? null));

/** IP octets of frames with Ethernet headers. */
export function deviceOctets(devices: readonly string[], way: 'in' | 'out', delta: CounterDelta): number | null {
  const [bytes, frames] = [
    sumOf(devices, `${DEVICE_COLUMNS[way]}Bytes`, delta),
    sumOf(devices, `${DEVICE_COLUMNS[way]}Packets`, delta),
  ];
  return bytes === null || frames === null ? null : bytes - ETHERNET_HEADER * frames;
}

export const branded = <T>(count: number | null, brand: (count: number) => T) => (count === null ? null : brand(count));

/** Neither a byte nor a packet: then what the whole machine has counted went by others. */
export const carriedNothing = (devices: readonly string[], way: 'in' | 'out', delta: CounterDelta) =>
  sumOf(devices, `${DEVICE_COLUMNS[way]}Bytes`, delta) === 0 &&
  sumOf(devices, `${DEVICE_COLUMNS[way]}Packets`, delta) === 0;

/** Whether other devices, loopback left out, carried any: then the whole machine's counters are not the counted devices' alone. */
export const othersCarried = (devices: readonly string[], way: 'in' | 'out', delta: CounterDelta) =>
  Object.keys(delta.devices).some(
    (name) =>
      name !== 'lo' && !devices.includes(name) && (countersNamed(name, delta)[`${DEVICE_COLUMNS[way]}Bytes`] ?? 0) > 0,
  );

/** Nothing at all, for certain. */
export const NO_FLOW: DeviceFlow = {
  layers: { wireOctets: ipOctets(0), ipOctets: ipOctets(0), linkBytes: linkBytes(0), packets: packets(0) },
  bound: 0,
};
