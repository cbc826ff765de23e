import type { InetSocket } from '../../../linux/netlink/sock-diag.js';
import { CONNECTION } from './connections.js';

/** struct inet_diag_sockid (linux/inet_diag.h): two ports, and two addresses of 16 octets, in the network's order. */
const ID = { localPort: 0, remotePort: 2, local: 4, remote: 20 } as const;
const IPV6 = 10;

/** A connection's key in the map, from how the kernel lists it. */
export function keyOfSocket({ family, id }: Pick<InetSocket, 'family' | 'id'>): Buffer {
  const key = Buffer.alloc(CONNECTION.size);
  for (const [at, from] of [
    [CONNECTION.local, ID.local],
    [CONNECTION.remote, ID.remote],
  ] as const) {
    if (family === IPV6) id.copy(key, at, from, from + 16);
    else {
      key.fill(0xff, at + 10, at + 12);
      id.copy(key, at + 12, from, from + 4);
    }
  }
  key.writeUInt16LE(id.readUInt16BE(ID.remotePort), CONNECTION.remotePort);
  key.writeUInt16LE(id.readUInt16BE(ID.localPort), CONNECTION.localPort);
  return key;
}

/** A connection's key in the map, from both ends as /proc/PID/net/tcp has them: `0100007F:1F90`. */
export function connectionKey(local: string, remote: string): Buffer {
  const key = Buffer.alloc(CONNECTION.size);
  writeEnd(key, local, CONNECTION.local, CONNECTION.localPort);
  writeEnd(key, remote, CONNECTION.remote, CONNECTION.remotePort);
  return key;
}

function writeEnd(key: Buffer, end: string, at: number, portAt: number): void {
  const [address = '', port = ''] = end.split(':');
  // Each word is printed as a number of the machine's; its bytes are in the order of the network.
  const words = (address.match(/.{8}/g) ?? []).map((word) => Number.parseInt(word, 16));
  const bytes = Buffer.from(Uint32Array.from(words).buffer);
  if (bytes.length === 4) key.fill(0xff, at + 10, at + 12);
  bytes.copy(key, at + 16 - bytes.length);
  key.writeUInt16LE(Number.parseInt(port, 16), portAt);
}
