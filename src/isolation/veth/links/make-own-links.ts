import { NetmeterError } from '../../../errors.js';
import { NETLINK_ROUTE, NetlinkSocket } from '../../../linux/netlink/socket.js';
import type { Namespace } from '../../namespace/namespace.js';
import { chooseLinks, makeLinks, removeLinks } from './make-links.js';
import { VethLinks } from './veth-links.js';

/** Each try fails only when another run took the same number in the same millisecond. */
const MAX_TRIES = 50;

type Wanted = {
  readonly namespace: Namespace;
  readonly ipv6: boolean;
  /** Claims the links' subnets. @returns false: they are another run's */
  readonly claim: (chosen: ReturnType<typeof chooseLinks>) => boolean;
} & ConstructorParameters<typeof VethLinks>[3];

/** Makes links that are nobody else's. @throws {NetmeterError} NO_FREE_SUBNET @throws {LinuxError} */
export function makeOwnLinks({ namespace, ipv6, claim, ...options }: Wanted): VethLinks {
  const here = NetlinkSocket.open(NETLINK_ROUTE);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const chosen = chooseLinks(here, ipv6);
    const made = makeLinks(here, chosen, { mtu: options.mtu, namespace: namespace.network });
    if (made && claim(chosen)) return new VethLinks(made, namespace, here, options);
    if (made) removeLinks(here, made);
  }
  throw new NetmeterError('NO_FREE_SUBNET', `no free subnet was found in ${MAX_TRIES} tries`);
}
