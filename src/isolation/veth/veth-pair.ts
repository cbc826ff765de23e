import { isIpv6 } from '../machine/is-ipv6.js';
import { type LinkPlan, prefixLength } from './subnet.js';

/**
 * `ip -batch` lines for the host's side of a pair. Neighbours are permanent: ARP and ND would add bytes to the
 * count, and an answer lost while the link comes up would cost the command its first connection.
 */
export function hostLines(plan: LinkPlan, mtu: number, holderPid: number): string[] {
  const { host, inner } = plan;
  return [
    `link add ${host.device} mtu ${mtu} address ${host.mac} type veth peer name ${inner.device} mtu ${mtu} address ${inner.mac} netns ${holderPid}`,
    `link set ${host.device} addrgenmode none multicast off arp off`,
    ...addressLines(host, inner),
    `link set ${host.device} up`,
    // Back by the table that is looked up first: those of a tunnel (Tailscale's exit node) come before the main one.
    ...inner.addresses.map((address) => `route add ${address} dev ${host.device} table local`),
  ];
}

/**
 * `ip -batch` lines for the namespace's side.
 * @param local addresses of this machine; the link to them carries no others
 */
export function innerLines(plan: LinkPlan, local: readonly string[]): string[] {
  const { host, inner, purpose } = plan;
  const routes = host.addresses.flatMap((via) =>
    destinations(purpose, isIpv6(via), local).map((to) => `route add ${to} via ${via} dev ${inner.device}`),
  );
  return [
    `link set ${inner.device} addrgenmode none multicast off arp off`,
    ...addressLines(inner, host),
    `link set ${inner.device} up`,
    ...routes,
  ];
}

function destinations(purpose: LinkPlan['purpose'], ipv6: boolean, local: readonly string[]): readonly string[] {
  if (purpose === 'host-local') return local.filter((address) => isIpv6(address) === ipv6);
  return [ipv6 ? '::/0' : 'default'];
}

type End = LinkPlan['host'];

function addressLines(own: End, peer: End): string[] {
  return own.addresses.flatMap((address, index) => [
    `addr add ${address}/${prefixLength(address)} dev ${own.device}${isIpv6(address) ? ' nodad' : ''}`,
    `neigh add ${peer.addresses[index]} lladdr ${peer.mac} dev ${own.device} nud permanent`,
  ]);
}
