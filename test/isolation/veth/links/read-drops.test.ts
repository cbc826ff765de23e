import { expect, test } from 'vitest';
import { readDrops } from '../../../../src/isolation/veth/links/read-drops.js';
import type { NetlinkSocket } from '../../../../src/linux/netlink/socket.js';

/** A queue as the kernel lists it (struct tcmsg, TCA_KIND, TCA_STATS2 with its basic and queue counters). */
function queue(index: number, parent: number, drops: number): { type: number; flags: number; payload: Buffer } {
  const head = Buffer.alloc(20);
  head.writeInt32LE(index, 4);
  head.writeUInt32LE(parent, 12);
  const attribute = (type: number, bytes: Buffer) => {
    const header = Buffer.alloc(4);
    header.writeUInt16LE(4 + bytes.length, 0);
    header.writeUInt16LE(type, 2);
    return Buffer.concat([header, bytes]);
  };
  const counters = Buffer.alloc(20);
  counters.writeUInt32LE(drops, 8);
  const statistics = Buffer.concat([attribute(1, Buffer.alloc(12)), attribute(3, counters)]);
  return {
    type: 36,
    flags: 0,
    payload: Buffer.concat([head, attribute(1, Buffer.from('tbf\0')), attribute(7, statistics)]),
  };
}

const ROOT = 0xffffffff;
const socket = {
  dump: () => [queue(2, ROOT, 7), queue(2, 0x10000, 7), queue(3, ROOT, 5), queue(9, ROOT, 100)],
} as unknown as NetlinkSocket;

const files: Readonly<Record<string, string>> = {
  '/sys/class/net/eth0/ifindex': '2\n',
  '/sys/class/net/eth0/statistics/tx_dropped': '1\n',
  '/sys/class/net/tun0/ifindex': '3\n',
  '/sys/class/net/tun0/statistics/tx_dropped': '0\n',
};

test('what root queues and devices dropped, of the devices that lead out', () => {
  expect(readDrops(socket, ['eth0', 'tun0'], (file) => files[file])).toEqual({ bytes: 0n, packets: 13n });
});

test('a device that is gone makes it unknown', () => {
  expect(readDrops(socket, ['eth0', 'gone'], (file) => files[file])).toBeUndefined();
});
