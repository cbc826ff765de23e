import { NetmeterError } from '../../../errors.js';
import type { NetworkNamespace } from '../../../linux/namespace.js';
import { decodeLink, deleteLink, getLink, LIST_LINKS } from '../../../linux/netlink/route/link.js';
import { newVeth } from '../../../linux/netlink/route/veth.js';
import type { NetlinkSocket } from '../../../linux/netlink/socket.js';
import { isHostEnd, linkName } from '../../machine/run-devices.js';
import { type LinkPlan, linkPlans, macBytes, SUBNETS } from './subnet.js';

/** A run's links: its number, and a plan for each link. */
export type Links = { readonly number: number; readonly plans: readonly LinkPlan[] };

/** A link that is there, with the kernel's numbers of its ends. */
export type MadeLink = { readonly plan: LinkPlan; readonly host: number; readonly inner: number };

export const hostDevices = ({ plans }: Links) => plans.map((plan) => plan.host.device);

/** Chooses a number at random whose interface does not exist now; it is taken only when its links are made. */
export function chooseLinks(route: NetlinkSocket, ipv6: boolean): Links {
  const taken = new Set(route.dump(LIST_LINKS).map((link) => decodeLink(link).name));
  const start = Math.floor(Math.random() * SUBNETS);
  for (let step = 0; step < SUBNETS; step++) {
    const number = (start + step) % SUBNETS;
    const name = linkName(number);
    if (isHostEnd(name) && !taken.has(name)) return { number, plans: linkPlans(number, ipv6) };
  }
  throw new NetmeterError('NO_FREE_SUBNET', `all ${SUBNETS} subnets of 198.18.0.0/15 are taken`);
}

type Making = { readonly mtu: number; readonly namespace: NetworkNamespace };

/**
 * Makes links, each with one end in the namespace. The first one's name is the lock: who could make it has the subnet.
 * @returns undefined when another run was faster
 * @throws {NetmeterError} SETUP_FAILED
 */
export function makeLinks(route: NetlinkSocket, links: Links, making: Making): readonly MadeLink[] | undefined {
  const [first, ...others] = planned(links);
  const made: MadeLink[] = [];
  for (const each of [first ? [first] : [], others]) {
    const outcome = makeSome(route, each, making);
    made.push(...outcome.made);
    const [refusal] = outcome.refusals;
    if (!refusal) continue;
    removeLinks(route, made);
    if (refusal.code === 'EEXIST' || refusal.code === 'EBUSY') return undefined;
    throw new NetmeterError('SETUP_FAILED', `the links could not be made: ${refusal.message}`, { cause: refusal });
  }
  return made;
}

/** Takes links away, now: the kernel would do it with the namespace, on its own time. Some 30 ms each. */
export const removeLinks = (route: NetlinkSocket, links: readonly MadeLink[]): void =>
  void route.attempt(links.map(({ host }) => deleteLink(host)));

/**
 * The kernel numbers devices from 1 in each namespace. From here on they are a run's own: no device of a namespace that the
 * command makes has such a number, and what it sends is not taken for what leads out.
 */
const FIRST_INDEX = 1_000_000;

type Planned = LinkPlan & { readonly indices: { readonly host: number; readonly inner: number } };

const planned = ({ number, plans }: Links): Planned[] =>
  plans.map((plan, place) => {
    const host = FIRST_INDEX + 8 * number + 2 * place;
    return { ...plan, indices: { host, inner: host + 1 } };
  });

function makeSome(route: NetlinkSocket, plans: readonly Planned[], { mtu, namespace }: Making) {
  const pairs = plans.map(({ host, inner, indices }) =>
    newVeth({
      mtu,
      end: { name: host.device, mac: macBytes(host.mac), index: indices.host },
      peer: { name: inner.device, mac: macBytes(inner.mac), index: indices.inner, namespaceFd: namespace.fd },
    }),
  );
  const { replies, refusals } = route.attempt([...pairs, ...plans.map(({ host }) => getLink(host.device))]);
  const refused = new Set(refusals.map(({ index }) => index));
  const links = new Map(replies.map(decodeLink).map((link) => [link.name, link]));
  const made = plans.flatMap((plan, index): MadeLink[] => {
    const link = links.get(plan.host.device);
    // A refused one may be there too, and is somebody else's.
    if (refused.has(index) || !link) return [];
    return [{ plan, host: link.index, inner: link.other ?? link.index }];
  });
  return { made, refusals };
}
