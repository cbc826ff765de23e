import type { Warning } from '../../measurement/measurement.js';
import { carriesIpv6, type Uplink } from '../machine/read-uplink.js';
import type { LinkPlan } from './links/subnet.js';
import { readSwitch, reliedOn, writeSwitch } from './switches.js';

/** Sysctls below /proc/sys/net that let a device's packets be forwarded (networking/ip-sysctl.rst). */
const ipv4Key = (device: string) => `ipv4/conf/${device}/forwarding`;
const ipv6Key = (device: string) => `ipv6/conf/${device}/force_forwarding`;

/** Sysctls of shared devices that must be switched on, and the devices among them that nobody else had switched on. */
export type ForwardingPlan = { readonly keys: readonly string[]; readonly switchedOn: readonly string[] };

/** Whether a namespace behind the uplink can have IPv6, and what is to be said where it cannot although the host has it. */
export function ipv6Support(uplink: Uplink): { ipv6: boolean; warnings: Warning[] } {
  if (!carriesIpv6(uplink)) return { ipv6: false, warnings: [] };
  if (canForwardIpv6()) return { ipv6: true, warnings: [] };
  const cure = 'cure: sysctl -w net.ipv6.conf.all.forwarding=1';
  const message = `the command had no IPv6: this host does not forward it (${cure})`;
  return { ipv6: false, warnings: [{ code: 'NO_IPV6', message }] };
}

/**
 * True when the host forwards IPv6 or can be made to for two devices alone. The switch for all devices
 * (net.ipv6.conf.all.forwarding) is not ours to use: it makes the host ignore router advertisements.
 */
export const canForwardIpv6 = () =>
  readSwitch('ipv6/conf/all/forwarding') === '1' || readSwitch('ipv6/conf/all/force_forwarding') !== undefined;

/** What the devices that packets of the namespace come back by lack. */
export function planForwarding(uplink: Uplink, ipv6: boolean): ForwardingPlan {
  const six = ipv6 && readSwitch('ipv6/conf/all/forwarding') !== '1' ? uplink.routed.ipv6 : [];
  const wanted = [
    ...uplink.routed.ipv4.map((device) => ({ device, key: ipv4Key(device) })),
    ...six.map((device) => ({ device, key: ipv6Key(device) })),
  ];
  const relied = reliedOn(
    wanted.map(({ key }) => key),
    '',
  );
  const off = wanted.filter(({ key }) => readSwitch(key) === '0' || relied.includes(key));
  return { keys: off.map(({ key }) => key), switchedOn: [...new Set(off.map(({ device }) => device))] };
}

/** Switches forwarding on for the run's own links, with which it goes. */
export function forwardLinks(links: readonly LinkPlan[]): void {
  for (const { purpose, host } of links) {
    if (purpose !== 'host-local') writeSwitch(purpose === 'ipv4' ? ipv4Key(host.device) : ipv6Key(host.device), 1);
  }
}
