import type { Route } from './routes.js';

/** A device of a namespace, with what decides whether its bytes are the outside's and nobody counts them again. */
export type Device = {
  readonly name: string;
  /** tunnel: its packets leave inside those of another device. none: carries nothing (dummy, ifb), or no IP (CAN). */
  readonly kind: 'link' | 'bridge' | 'tunnel' | 'none';
  /** There is a piece of hardware, or a hypervisor's, below it. */
  readonly hardware: boolean;
  /** A program has its other end (TUN, TAP). */
  readonly isProgram?: boolean;
  /** The device that it is a port or slave of. */
  readonly master?: string;
  /** Devices of the same namespace that carry its packets (VLAN, macvlan, bond, switch ports). */
  readonly lower: readonly string[];
};

/** `devices` is undefined where nothing says the kinds: the routes alone must do. */
export type Machine = { readonly devices: readonly Device[] | undefined; readonly routes: readonly Route[] };

/**
 * The devices whose counters together are a namespace's traffic with the outside, each byte once: its hardware; in a
 * container, which has none, the devices that lead to networks; else those of the default route.
 */
export function countedDevices({ devices, routes }: Machine): string[] {
  const hardware = hardwareOf(devices ?? []);
  if (hardware.length > 0) return hardware;
  const networks = new Set(routes.filter((route) => route.isNetwork).map((route) => route.device));
  const outward = (devices ?? []).filter((device) => isOrdinary(device) && networks.has(device.name));
  if (outward.length > 0) return outward.map(({ name }) => name);
  return [...new Set(routes.filter((route) => route.isDefault).map((route) => route.device))];
}

function hardwareOf(devices: readonly Device[]): string[] {
  const hardware = devices.filter((device) => device.hardware && device.kind !== 'none');
  const known = new Map(hardware.map((device) => [device.name, device]));
  const isCountedElsewhere = ({ name, master, lower }: Device) =>
    // A virtual function behind a hypervisor's device (netvsc, net_failover), whose counters include it.
    (master !== undefined && known.has(master)) ||
    // A port of a switch chip, whose frames pass the device that leads to the chip.
    lower.some((below) => known.has(below) && known.get(below)?.master !== name);
  return hardware.filter((device) => !isCountedElsewhere(device)).map(({ name }) => name);
}

/** Neither netmeter's own links nor a device that another one carries. */
const isOrdinary = ({ name, kind, lower }: Device) =>
  kind === 'link' && lower.length === 0 && !/^(nm\d|nmh$|ifb)/.test(name);
