import { countedDevices, type Machine } from './counted-devices.js';
import { readDevices } from './read-devices.js';

/** Of netmeter's own namespace. */
export const ownMachine = (): Machine => readDevices({ net: '/proc/self/net', sys: '/sys/class/net' });

/** The devices of netmeter's own namespace that lead to the outside, none of which carries what another one counts. */
export const outsideDevices = (): readonly string[] => countedDevices(ownMachine());
