import { besideDevices } from './beside-devices.js';
import { countedDevices, type Machine } from './counted-devices.js';
import { readDevices } from './read-devices.js';

/** Of netmeter's own namespace. */
export const ownMachine = (): Machine => readDevices({ net: '/proc/self/net', sys: '/sys/class/net' });

/** The devices of netmeter's own namespace that lead to the outside, none of which carries what another one counts. */
export const outsideDevices = (): readonly string[] => countedDevices(ownMachine());

/** Those that lead to others on this machine, and carry what no outside device does; of a bridge that has both, its other ports. */
export function innerDevices(counted: readonly string[]): readonly string[] {
  return besideDevices(ownMachine(), counted).flatMap(({ name, ports }) => ports ?? [name]);
}
