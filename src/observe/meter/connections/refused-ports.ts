import type { BpfMap } from '../../../linux/bpf/maps/bpf-map.js';
import { entryPages } from '../../../linux/bpf/maps/map-entries.js';
import { CONNECTION, FATE } from './connections.js';

const LOOPBACK6 = Buffer.from(`${'00'.repeat(15)}01`, 'hex');
/** 127.0.0.0/8 as IPv6 (RFC 4291). */
const LOOPBACK4 = Buffer.from(`${'00'.repeat(10)}ffff7f`, 'hex');

/** Ports of the tree's own loopback that refused it, among the connections that are remembered. */
export function refusedAtLoopback(connections: BpfMap): number[] {
  const refused = [...entryPages(connections)]
    .flat()
    .filter(({ key, value }) => value.readUInt32LE() === FATE.refused && isLoopback(key))
    .map(({ key }) => key.readUInt16LE(CONNECTION.remotePort));
  return [...new Set(refused)].sort((one, other) => one - other);
}

function isLoopback(key: Buffer): boolean {
  const address = key.subarray(CONNECTION.remote, CONNECTION.remote + LOOPBACK6.length);
  return address.equals(LOOPBACK6) || address.subarray(0, LOOPBACK4.length).equals(LOOPBACK4);
}
