import type { PublishedPort } from '../ports/ports.js';
import type { CountedLink } from '../remotes/remote-rules.js';
import { hostDevices, type Links } from './make-links.js';
import { publishRules } from './publish-rules.js';

/** The links whose remotes are counted: those to the outside. */
export const countedLinks = ({ plans }: Links): CountedLink[] =>
  plans.flatMap(({ purpose, host: { device } }) =>
    purpose === 'host-local' ? [] : [{ family: purpose === 'ipv4' ? '4' : '6', device }],
  );

export const tableName = ({ number }: Links) => `netmeter_${number}`;

/** A run's table but for what counts remotes, in one line, which `nft -i` takes as one transaction. */
export function natRules(
  links: Links,
  switchedOn: readonly string[],
  published: readonly PublishedPort[] = [],
): string {
  const table = `inet ${tableName(links)}`;
  const devices = `{ ${hostDevices(links)
    .map((device) => `"${device}"`)
    .join(', ')} }`;
  const commands = [
    `add table ${table} { flags owner; }`,
    `add chain ${table} nm_nat { type nat hook postrouting priority 100; }`,
    `add rule ${table} nm_nat iifname ${devices} oifname != ${devices} masquerade`,
    `add chain ${table} nm_forward { type filter hook forward priority -10; }`,
    // Nobody outside opens a connection into the namespace, but to what is published.
    `add rule ${table} nm_forward oifname ${devices} ct status dnat accept`,
    `add rule ${table} nm_forward oifname ${devices} ct state new drop`,
    ...publishRules(table, devices, links.plans, published),
    // Between others such a device must go on not to forward.
    ...switchedOn.map((device) => `add rule ${table} nm_forward iifname "${device}" oifname != "nm*" drop`),
    // The host's own multicast (MLD, mDNS, router advertisements) is not the command's traffic.
    `add chain ${table} nm_output { type filter hook output priority 0; }`,
    `add rule ${table} nm_output oifname ${devices} ip daddr { 224.0.0.0/4, 255.255.255.255 } drop`,
    `add rule ${table} nm_output oifname ${devices} ip6 daddr ff00::/8 drop`,
  ];
  return commands.join('; ');
}
