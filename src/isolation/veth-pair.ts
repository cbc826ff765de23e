import type { LinkPlan } from './subnet.js';

/**
 * `ip -batch` lines for the host's side of a pair. Neighbours are permanent: ARP and ND would add bytes to the
 * count, and an answer lost while the link comes up would cost the command its first connection.
 */
export function hostLines(plan: LinkPlan, mtu: number, holderPid: number): string[] {
  const { host, inner, prefix } = plan;
  return [
    `link add ${host.device} mtu ${mtu} address ${host.mac} type veth peer name ${inner.device} mtu ${mtu} address ${inner.mac} netns ${holderPid}`,
    `link set ${host.device} addrgenmode none multicast off arp off`,
    `addr add ${host.address}/${prefix} dev ${host.device}${noDad(plan)}`,
    `neigh add ${inner.address} lladdr ${inner.mac} dev ${host.device} nud permanent`,
    `link set ${host.device} up`,
  ];
}

/** `ip -batch` lines for the namespace's side. */
export function innerLines(plan: LinkPlan): string[] {
  const { host, inner, prefix } = plan;
  return [
    `link set ${inner.device} addrgenmode none multicast off arp off`,
    `addr add ${inner.address}/${prefix} dev ${inner.device}${noDad(plan)}`,
    `neigh add ${host.address} lladdr ${host.mac} dev ${inner.device} nud permanent`,
    `link set ${inner.device} up`,
    `route add ${plan.family === 'ipv4' ? 'default' : '::/0'} via ${host.address} dev ${inner.device}`,
  ];
}

const noDad = (plan: LinkPlan) => (plan.family === 'ipv6' ? ' nodad' : '');
