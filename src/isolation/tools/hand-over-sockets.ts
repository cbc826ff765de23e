import { writeSync } from 'node:fs';
import { stdin } from 'node:process';
import { LinuxError } from '../../linux/linux-error.js';
import { NetlinkSocket } from '../../linux/netlink/socket.js';

/** Inside: opens a socket of each netlink protocol, says their descriptors, `-` for none, and lives until the end of its input. */
export function handOverSockets(protocols: readonly number[]): void {
  const sockets = protocols.map(openSocket);
  writeSync(1, `${sockets.map((socket) => socket?.fd ?? '-').join(' ')}\n`);
  stdin.resume();
}

function openSocket(protocol: number): NetlinkSocket | undefined {
  try {
    return NetlinkSocket.open(protocol);
  } catch (error) {
    if (error instanceof LinuxError) return undefined;
    throw error;
  }
}
