import { LinuxError } from '../../../linux/linux-error.js';
import { NetlinkSocket } from '../../../linux/netlink/socket.js';
import { sendDescriptors } from '../../../linux/pass-descriptors.js';

/** The descriptor by which whoever asked takes them. */
const HANDING_FD = 3;

/** Inside: opens a socket of each netlink protocol, and hands them over with an octet for each: 1, or 0 where there is none. */
export function handOverSockets(protocols: readonly number[]): void {
  const sockets = protocols.map(openSocket);
  const flags = Buffer.from(sockets.map((socket) => Number(socket !== undefined)));
  sendDescriptors(
    HANDING_FD,
    flags,
    sockets.flatMap((socket) => socket?.fd ?? []),
  );
}

function openSocket(protocol: number): NetlinkSocket | undefined {
  try {
    return NetlinkSocket.open(protocol);
  } catch (error) {
    if (error instanceof LinuxError) return undefined;
    throw error;
  }
}
