import { addressBytes } from '../../linux/ip/ip-address.js';
import type { DnsClient } from '../names/relayed.js';
import { readText } from '../tools/read-text.js';

/** Who a peer must be, and where the sockets of this machine are read from. */
export type OwnPeer = {
  readonly uid: number;
  /** This machine's addresses. */
  readonly addresses: readonly string[];
  /** The kernel's files by default. */
  readonly read?: (file: string) => string | undefined;
};

/**
 * Whether a peer is a socket of this account on this machine, as that of the program is which carries the command's
 * packets: other accounts, and other machines, can reach a port at this host's address too.
 */
export function isOwnPeer(client: DnsClient, protocol: 'tcp' | 'udp', { uid, addresses, read = readText }: OwnPeer) {
  if (!addresses.includes(client.address)) return false;
  const lists = [protocol, `${protocol}6`].map((list) => read(`/proc/net/${list}`) ?? '');
  const sockets = lists.flatMap((list) => list.split('\n').flatMap(parseSocket));
  const spellings = hexSpellings(client.address);
  const port = client.port.toString(16).toUpperCase().padStart(4, '0');
  const bound = sockets.filter(({ local }) => spellings.some((address) => local === `${address}:${port}`));
  // A socket that is not connected may be bound to any address.
  const found =
    bound.length > 0 ? bound : sockets.filter(({ local }) => /^0+:/.test(local) && local.endsWith(`:${port}`));
  return found.length > 0 && found.every((socket) => socket.uid === uid);
}

/** Of a line of /proc/net/{tcp,udp}{,6} (proc_net_tcp.rst): the second word and the eighth. */
function parseSocket(line: string): { readonly local: string; readonly uid: number }[] {
  const [slot, local, , , , , , uid] = line.trim().split(/\s+/);
  return slot?.endsWith(':') && local && uid ? [{ local, uid: Number(uid) }] : [];
}

/** As the kernel prints an address, by words of the machine's order of octets (little-endian, where netmeter runs); IPv4 within IPv6 too. */
function hexSpellings(address: string): string[] {
  const words = addressBytes(address).swap32().toString('hex').toUpperCase();
  return address.includes(':') ? [words] : [words, `0000000000000000FFFF0000${words}`];
}
