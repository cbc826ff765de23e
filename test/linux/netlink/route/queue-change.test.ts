import { expect, test } from 'vitest';
import { decodeQueueChange, RTM_DELQDISC } from '../../../../src/linux/netlink/route/queue.js';

const message = (payload: Buffer) => ({ type: RTM_DELQDISC, flags: 0, sequence: 1, port: 0, payload });

/** struct tcmsg (linux/rtnetlink.h). */
function tcmsg(index: number, handle: number, parent: number): Buffer {
  const buffer = Buffer.alloc(20);
  buffer.writeInt32LE(index, 4);
  buffer.writeUInt32LE(handle, 8);
  buffer.writeUInt32LE(parent, 12);
  return buffer;
}

test.each([
  ['in place of the device’s own', 0xffffffff, true],
  ['below another', 0x6e6c0001, false],
  ['of what comes in', 0xfffffff1, false],
])('a queue %s', (_, parent, isRoot) => {
  const change = decodeQueueChange(message(tcmsg(7, 0x6e6d0000, parent)));
  expect(change).toEqual({ index: 7, handle: 0x6e6d0000, isRoot });
});

test('a message that is cut off is none', () => {
  expect(() => decodeQueueChange(message(tcmsg(7, 1, 2).subarray(0, 19)))).toThrow('malformed queue');
});
