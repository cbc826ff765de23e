import { isIPv6 } from 'node:net';
import { INNER_DEVICES } from '../../inner-devices.js';

/** The namespace's end of the tap. */
export const TAP_DEVICE = INNER_DEVICES.tap;

/** One address family on the tap: the namespace's own address, and whom it sends everything to. */
export type TapFamily = { readonly address: string; readonly prefix: number; readonly gateway: string };

export type TapPlan = {
  readonly mtu: number;
  readonly families: readonly TapFamily[];
  /** No ARP nor neighbour discovery: for a transport that learns the namespace's hardware address from its packets. */
  readonly silent: boolean;
};

/** Locally administered addresses, so that neighbours can be written down instead of asked for. */
const INNER_MAC = '02:6e:6d:00:00:02';
export const GATEWAY_MAC = '02:6e:6d:00:00:01';

/**
 * Frames that wait for the transport. With the kernel's 1000 a transport that gets no processor for a while loses frames, and
 * pasta of 2023 resets an upload that lost one.
 */
const QUEUE = 20_000;

/** `ip -batch` lines that make the tap, for a program to attach to, and configure it for good. */
export function tapLines({ mtu, families, silent }: TapPlan): string[] {
  const quiet = `addrgenmode none multicast off${silent ? ' arp off' : ''}`;
  return [
    'link set lo up',
    `tuntap add ${TAP_DEVICE} mode tap`,
    `link set ${TAP_DEVICE} mtu ${mtu} txqueuelen ${QUEUE} address ${INNER_MAC} ${quiet}`,
    `link set ${TAP_DEVICE} up`,
    ...families.flatMap(familyLines),
  ];
}

function familyLines({ address, prefix, gateway }: TapFamily): string[] {
  const isSix = isIPv6(address);
  return [
    `addr add ${address}/${prefix} dev ${TAP_DEVICE}${isSix ? ' nodad' : ''}`,
    `neigh add ${gateway} lladdr ${GATEWAY_MAC} dev ${TAP_DEVICE} nud permanent`,
    `route add ${isSix ? '::/0' : 'default'} via ${gateway} dev ${TAP_DEVICE}`,
  ];
}
