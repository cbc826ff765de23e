import { addressBytes } from '../../linux/ip/ip-address.js';
import { readText } from '../tools/read-text.js';

type Bound = { readonly address: string; readonly port: number };

/** Whether the kernel has thrown datagrams for a socket of this network namespace away: the last word of its line (proc_net_udp). */
export function hasDropped({ address, port }: Bound, read: (file: string) => string | undefined = readText): boolean {
  const list = read(address.includes(':') ? '/proc/net/udp6' : '/proc/net/udp') ?? '';
  const local = `${hexOf(address)}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = list.split('\n').map((line) => line.trim().split(/\s+/));
  return lines.some((words) => words[1] === local && Number(words.at(-1)) > 0);
}

/** By words of the machine's order of octets. */
const hexOf = (address: string) => addressBytes(address).swap32().toString('hex').toUpperCase();
