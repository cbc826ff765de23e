import { CONNECTION } from './connections.js';

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
