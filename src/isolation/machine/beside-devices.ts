import type { Device, Machine } from './counted-devices.js';
import { isHostEnd } from './run-devices.js';

/**
 * A device that is not counted, by which this namespace speaks with others of the same machine: containers, virtual
 * machines, programs.
 */
export type Beside = {
  readonly name: string;
  /** Of a bridge that a counted device is a port of: its other ports, by which alone such traffic comes. */
  readonly ports?: readonly string[];
};

/**
 * Devices whose octets are in no number, though they may be the command's: a route leads to them, and no counted device carries
 * their packets. What a VPN has carried has left by a counted device: one of the kernel's, or a program's with the default route.
 */
export function besideDevices({ devices = [], routes }: Machine, counted: readonly string[]): Beside[] {
  if (counted.length === 0) return [];
  const routed = new Set(routes.map(({ device }) => device));
  const leadsOut = new Set(routes.flatMap(({ device, isDefault }) => (isDefault ? [device] : [])));
  const isBeside = ({ name, kind, master, isProgram = false, lower }: Device) => {
    if (!routed.has(name) || counted.includes(name) || master !== undefined || isHostEnd(name)) return false;
    if (kind === 'bridge') return true;
    return isProgram ? !leadsOut.has(name) : kind === 'link' && lower.length === 0;
  };
  return devices.filter(isBeside).map(({ name, lower }) => {
    const isShared = lower.some((port) => counted.includes(port));
    return isShared ? { name, ports: lower.filter((port) => !counted.includes(port)) } : { name };
  });
}
