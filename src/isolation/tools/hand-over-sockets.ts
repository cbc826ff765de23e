import { writeSync } from 'node:fs';
import { stdin } from 'node:process';
import { Nftables } from '../../linux/netlink/netfilter/nftables.js';

/** Inside: opens sockets of nftables, says their descriptors, and lives until the end of its input. */
export function handOverSockets(count: number): void {
  const sockets = Array.from({ length: count }, () => Nftables.open());
  writeSync(1, `${sockets.map(({ fd }) => fd).join(' ')}\n`);
  stdin.resume();
}
