import { IPPROTO } from '../../src/linux/ip/ip-protocols.js';
import { TCP_STATE } from '../../src/linux/ip/tcp-states.js';
import { NetworkNamespace } from '../../src/linux/namespace.js';
import { decodeSocket, type InetSocket, listSockets } from '../../src/linux/netlink/sock-diag.js';
import { NETLINK_SOCK_DIAG, NetlinkSocket } from '../../src/linux/netlink/socket.js';
import { AF_INET, AF_INET6 } from '../../src/linux/socket.js';

const PROTOCOLS = {
  tcp: { protocol: IPPROTO.tcp, state: TCP_STATE.LISTEN },
  udp: { protocol: IPPROTO.udp, state: TCP_STATE.CLOSE },
} as const;

/** Sockets that anybody may send to. @param namespace as `ip netns` knows it; the test's own by default */
export function listening(name: keyof typeof PROTOCOLS, namespace?: string): InetSocket[] {
  using network = NetworkNamespace.open(namespace === undefined ? undefined : `/run/netns/${namespace}`);
  using diag = network.inside(() => NetlinkSocket.open(NETLINK_SOCK_DIAG));
  const { protocol, state } = PROTOCOLS[name];
  return [AF_INET, AF_INET6].flatMap((family) =>
    diag.dump(listSockets({ family, protocol }, 1 << state)).map(decodeSocket),
  );
}

/** `192.0.2.1:53`, `[2001:db8::1]:53`. */
export const endOf = ({ local: { address, port } }: InetSocket): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`;
