import type { Obstacle } from './obstacle.js';

/** What /proc/sys says of a namespace to come. undefined: the kernel has no such file. */
export type Switches = {
  /** Files below /proc/sys may be written. */
  readonly areWritable: boolean;
  /** Those below /proc/sys/net that a namespace needs switched on and that are off. */
  readonly off: readonly string[];
  /** This machine has IPv6 to the outside, and a new device of it would have none. */
  readonly refusesIpv6: boolean;
  /** This machine has IPv6 to the outside, and does not forward it, nor can it be made to for two devices alone. */
  readonly lacksIpv6: boolean;
  /** How many network namespaces there may be (user/max_net_namespaces, namespaces(7)). */
  readonly mostNamespaces: number | undefined;
};

/** What the switches of this machine keep a namespace from. */
export function switchObstacles({ areWritable, off, refusesIpv6, lacksIpv6, mostNamespaces }: Switches): Obstacle[] {
  return [
    ...(mostNamespaces === 0 ? [noNamespaces] : []),
    ...(off.length > 0 && !areWritable ? [cannotForward(off)] : []),
    ...(refusesIpv6 ? [noIpv6] : []),
    ...(lacksIpv6 ? [unforwardedIpv6] : []),
  ];
}

const noNamespaces: Obstacle = {
  kind: 'cannot',
  reason: 'no network namespace may be made (user.max_net_namespaces is 0)',
  cure: 'allow some: sysctl -w user.max_net_namespaces=1000',
};

function cannotForward(off: readonly string[]): Obstacle {
  const families = ['ipv4', 'ipv6'].filter((family) => off.some((key) => key.startsWith(family)));
  const names = families.map((family) => (family === 'ipv4' ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding'));
  return {
    kind: 'cannot',
    reason: `/proc/sys is read-only, and nothing is forwarded (${names.join(', ')})`,
    cure: `make it writable: mount -o remount,rw /proc/sys; for a container, ${names.map((name) => `--sysctl ${name}=1`).join(' ')}`,
  };
}

const noIpv6: Obstacle = {
  kind: 'cannot',
  reason: 'new devices have no IPv6 (net.ipv6.conf.default.disable_ipv6 is 1), which this machine has',
  cure: 'allow it: sysctl -w net.ipv6.conf.default.disable_ipv6=0',
};

const unforwardedIpv6: Obstacle = {
  kind: 'lacks',
  reason: 'this machine has IPv6 and forwards none (net.ipv6.conf.all.forwarding is 0)',
  cure: 'forward it: sysctl -w net.ipv6.conf.all.forwarding=1 (router advertisements need accept_ra=2 then)',
};
