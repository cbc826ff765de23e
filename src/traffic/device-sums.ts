import type { CounterDelta, Increments } from '../counters/delta.js';
import { addKnown } from './layers.js';

const ETHERNET_HEADER = 14;

/** One direction of several devices: link bytes, frames, and the octets in them (frames without Ethernet headers). */
export type LinkSum = { readonly bytes: number; readonly frames: number; readonly octets: number };

/** What a namespace's devices to the outside counted; null: not known of all of them. */
export type DeviceSums = {
  readonly names: readonly string[];
  readonly rx: LinkSum | null;
  readonly tx: LinkSum | null;
};

/** IP octets of a full segment on Ethernet. */
const FULL_SEGMENT = 1500;

/** How many segments more than frames there must have been if all of them were full: those inside super-packets. */
export const neededSegments = ({ octets, frames }: LinkSum) => Math.max(0, Math.ceil(octets / FULL_SEGMENT) - frames);

export const sumDevices = (names: readonly string[], delta: CounterDelta): DeviceSums => ({
  names,
  rx: linkSum(names, 'rx', delta),
  tx: linkSum(names, 'tx', delta),
});

function linkSum(names: readonly string[], way: 'rx' | 'tx', delta: CounterDelta): LinkSum | null {
  const total = (counter: string) => addKnown(names.map((name) => deviceCounters(name, delta)[counter] ?? null));
  const [bytes, frames] = [total(`${way}Bytes`), total(`${way}Packets`)];
  return bytes === null || frames === null ? null : { bytes, frames, octets: bytes - ETHERNET_HEADER * frames };
}

/** Empty for a device that is gone. */
export function deviceCounters(device: string, delta: CounterDelta): Increments {
  const found = delta.devices[device];
  return found && found.kind !== 'vanished' ? found.counters : {};
}
