import { expect, test } from 'vitest';
import { attribute } from '../../../src/linux/netlink/attribute.js';
import { decodeUnixEnds } from '../../../src/linux/netlink/unix-diag.js';
import { u32 } from '../../../src/linux/netlink/values.js';

const answer = (inode: number, ...attributes: readonly Buffer[]) => {
  const header = Buffer.from([1, 1, 1, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32LE(inode, 4);
  return { type: 20, flags: 2, sequence: 1, port: 1, payload: Buffer.concat([header, ...attributes]) };
};

test('an end says its own inode, and that of the other one where there is one', () => {
  expect(decodeUnixEnds(answer(3389609, attribute(2, u32(3389597))))).toEqual({ inode: 3389609, peer: 3389597 });
  expect(decodeUnixEnds(answer(3389626))).toEqual({ inode: 3389626, peer: undefined });
});
