import type { Message } from '../../../linux/netlink/message.js';
import { newAddress } from '../../../linux/netlink/route/address.js';
import { setLink } from '../../../linux/netlink/route/link.js';
import { newNeighbour } from '../../../linux/netlink/route/neighbour.js';
import { deleteRoute, type NewRoute, newRoute } from '../../../linux/netlink/route/route.js';
import { isIpv6 } from '../../machine/is-ipv6.js';
import { type QueueShape, queueMessages } from './queue-messages.js';
import { type LinkEnd, type LinkPlan, macBytes, prefixLength } from './subnet.js';

/**
 * Configures one end of a pair, by the index that the kernel gave it, up to its counting queue. Neighbours are permanent: ARP
 * and ND would add bytes to the count, and an answer lost while the link comes up would cost the command its first
 * connection. A queue comes before the device is up: then nothing waits for packets in another one.
 */
export const endMessages = (index: number, own: LinkEnd, peer: LinkEnd): Message[] => [
  setLink(index, { asksForNeighbours: false, isMulticast: false, hasNoOwnAddress: true }),
  ...own.addresses.flatMap((address, position) => [
    newAddress({ index, address, prefixLength: prefixLength(address) }),
    newNeighbour({ index, address: peer.addresses[position] ?? '', mac: macBytes(peer.mac) }),
  ]),
];

/** Puts the counting queue on an end and takes it up. */
export const upMessages = (index: number, shape: QueueShape | undefined): Message[] => [
  ...queueMessages(index, shape),
  setLink(index, { isUp: true }),
];

/** Back by the table that is looked up first: those of a tunnel (Tailscale's exit node) come before the main one. */
export const returnRoutes = (index: number, { inner }: LinkPlan): Message[] =>
  inner.addresses.map((address) =>
    newRoute({ to: { address, length: isIpv6(address) ? 128 : 32 }, index, table: 'local' }),
  );

/**
 * Leads packets into the link, inside.
 * @param local addresses of this machine; the link to them carries no others
 */
export const routeMessages = (index: number, plan: LinkPlan, local: readonly string[]): Message[] =>
  routes(index, plan, local).map(newRoute);

/** Leads packets for these addresses no longer into the link. */
export const unrouteMessages = (index: number, plan: LinkPlan, local: readonly string[]): Message[] =>
  routes(index, plan, local).map(deleteRoute);

const routes = (index: number, { host, purpose }: LinkPlan, local: readonly string[]): NewRoute[] =>
  host.addresses.flatMap((via) => destinations(purpose, isIpv6(via), local).map((to) => ({ to, via, index })));

function destinations(purpose: LinkPlan['purpose'], ipv6: boolean, local: readonly string[]) {
  if (purpose !== 'host-local') return [{ address: ipv6 ? '::' : '0.0.0.0', length: 0 }];
  return local.filter((address) => isIpv6(address) === ipv6).map((address) => ({ address, length: ipv6 ? 128 : 32 }));
}
