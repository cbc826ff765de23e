import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { IFF_NOARP } from '../../linux/netlink/route/link-header.js';
import { pauseThread } from '../tools/pause-thread.js';
import { readText } from '../tools/read-text.js';
import type { Device, Machine } from './counted-devices.js';
import { parseIpv4Routes, parseIpv6Routes } from './routes.js';

/** Where a namespace shows itself: its /proc/PID/net, and a /sys/class/net that should be of the same namespace. */
export type NetFolders = { readonly net: string; readonly sys: string };

export const foldersOf = (pid: number): NetFolders => ({
  net: `/proc/${pid}/net`,
  sys: `/proc/${pid}/root/sys/class/net`,
});

/** A device that is made or removed at this moment is for some milliseconds in one of the two lists alone. */
const LOOKS = 10;
const PAUSE_MS = 5;

/** Reads what {@link countedDevices} decides by. What cannot be read is left out. */
export function readDevices({ net, sys }: NetFolders, pause = pauseThread): Machine {
  return {
    devices: commonNames({ net, sys }, pause)?.map((name) => readDevice(`${sys}/${name}`, name)),
    routes: [
      ...parseIpv4Routes(readText(`${net}/route`) ?? ''),
      ...parseIpv6Routes(readText(`${net}/ipv6_route`) ?? ''),
    ],
  };
}

/** The devices' names; undefined where sysfs goes on showing others. */
function commonNames({ net, sys }: NetFolders, pause: (ms: number) => void): string[] | undefined {
  for (let look = 1; ; look++) {
    const names = deviceNames(readText(`${net}/dev`) ?? '');
    if (showsSame(sys, names)) return names;
    if (look === LOOKS || !existsSync(sys)) return undefined;
    pause(PAUSE_MS);
  }
}

const deviceNames = (dev: string) => [...dev.matchAll(/^\s*(\S+):/gm)].map(([, name = '']) => name);

/** A sysfs shows the namespace that mounted it, which after `nsenter --net` is another one. */
function showsSame(sys: string, names: readonly string[]): boolean {
  try {
    const shown = readdirSync(sys).filter((name) => name !== 'bonding_masters');
    return shown.length === names.length && names.every((name) => shown.includes(name));
  } catch {
    return false;
  }
}

/** Facts of /sys/class/net/NAME (Documentation/ABI/testing/sysfs-class-net). */
function readDevice(folder: string, name: string): Device {
  const entries = existsSync(folder) ? readdirSync(folder) : [];
  const hardware = entries.includes('device');
  const master = readLink(`${folder}/master`);
  return {
    name,
    kind: kindOf(folder, entries, hardware),
    hardware,
    ...(entries.includes('tun_flags') && { isProgram: true }),
    ...(master !== undefined && { master: basename(master) }),
    lower: entries.flatMap((entry) => (entry.startsWith('lower_') ? [entry.slice('lower_'.length)] : [])),
  };
}

/** ARPHRD numbers of <linux/if_arp.h> of devices that carry no IP: CAN, radio monitors, IEEE 802.15.4. */
const WITHOUT_IP = new Set([280, 801, 802, 803, 804]);
const ETHERNET = 1;
const INFINIBAND = 32;

function kindOf(folder: string, entries: readonly string[], hardware: boolean): Device['kind'] {
  const type = Number(readText(`${folder}/type`));
  if (hardware) return WITHOUT_IP.has(type) ? 'none' : 'link';
  if (entries.includes('bridge')) return 'bridge';
  const isLink = type === ETHERNET || type === INFINIBAND;
  const driver = /^DEVTYPE=(.*)$/m.exec(readText(`${folder}/uevent`) ?? '')?.[1] ?? '';
  if (!isLink || entries.includes('tun_flags') || /^(vxlan|geneve|wireguard|ppp)$/.test(driver)) return 'tunnel';
  return (Number(readText(`${folder}/flags`)) & IFF_NOARP) === 0 ? 'link' : 'none';
}

function readLink(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}
