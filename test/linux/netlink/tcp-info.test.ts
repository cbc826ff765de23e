import { expect, test } from 'vitest';
import { decodeTcpInfo } from '../../../src/linux/netlink/tcp-info.js';

test('a shorter structure, of an older kernel, leaves out what it does not hold', () => {
  const info = Buffer.alloc(232);
  info.writeUInt32LE(1500, 68);
  info.writeBigUInt64LE(77n, 208);
  expect(decodeTcpInfo(info)).toMatchObject({ rtt: 1500, bytesRetrans: 77n, bytesSent: 0n });
  expect(decodeTcpInfo(info.subarray(0, 104))).toMatchObject({ rtt: 1500, totalRetrans: 0, bytesAcked: undefined });
});
