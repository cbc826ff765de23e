import { isIPv6 } from 'node:net';
import type { PublishedPort } from '../ports/ports.js';
import { GATEWAY_MAC, TAP_DEVICE, type TapFamily, type TapPlan } from './tap-plan.js';

/** pasta has no addresses of its own: these are ours, so that the host's stay reachable from inside. RFC 2544, RFC 4193. */
const IPV4: TapFamily = { address: '198.18.0.2', prefix: 30, gateway: '198.18.0.1' };
const IPV6: TapFamily = { address: 'fd6e:6574:6d65::2', prefix: 112, gateway: 'fd6e:6574:6d65::1' };

export const pastaTap = (mtu: number, ipv6: boolean): TapPlan => ({
  mtu,
  families: ipv6 ? [IPV4, IPV6] : [IPV4],
  silent: true,
});

export type PastaPlan = {
  readonly tap: TapPlan;
  /** A process of the namespaces to attach to. */
  readonly pid: number;
  /** Where to take addresses from on a host without a default route; pasta itself finds the route. */
  readonly device?: string | undefined;
  readonly publish: readonly PublishedPort[];
};

/**
 * Arguments of pasta(1), from the oldest version that distributions have (2022) on. What it would do by itself is off: its
 * own configuration of the tap, answers to ARP's likes, ports, and the way to the host's loopback.
 */
export function pastaArguments({ tap, pid, device, publish }: PastaPlan): string[] {
  const [ipv4] = tap.families;
  return [
    ...['--foreground', '--quiet', '--ns-ifname', TAP_DEVICE, '--mtu', `${tap.mtu}`, '--mac-addr', GATEWAY_MAC],
    ...['--no-map-gw', '--no-ra', '--no-ndp', '--no-dhcp', '--no-dhcpv6'],
    ...tap.families.flatMap(({ address, gateway }) => ['--address', address, '--gateway', gateway]),
    ...['--netmask', `${ipv4?.prefix ?? 32}`],
    ...(tap.families.length === 1 ? ['--ipv4-only'] : []),
    ...(device === undefined ? [] : ['--interface', device]),
    ...portArguments('--tcp-ports', publish, 'tcp'),
    ...portArguments('--udp-ports', publish, 'udp'),
    ...['--tcp-ns', 'none', '--udp-ns', 'none', `${pid}`],
  ];
}

function portArguments(option: string, publish: readonly PublishedPort[], protocol: PublishedPort['protocol']) {
  const specs = publish.filter((port) => port.protocol === protocol).map(portSpec);
  return (specs.length > 0 ? specs : ['none']).flatMap((spec) => [option, spec]);
}

function portSpec({ address, host, inner }: PublishedPort): string {
  if (address === undefined) return `${host}:${inner}`;
  return `${isIPv6(address) ? `[${address}]` : address}/${host}:${inner}`;
}
