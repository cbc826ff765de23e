import { expect, test } from 'vitest';
import { attemptOf } from '../../../src/isolation/limits/read-attempts.js';
import { addressBytes } from '../../../src/linux/ip/ip-address.js';

/** A key as the kernel keeps it: each field fills up four bytes. */
const key = (address: string, protocol: number, port: number) =>
  Buffer.concat([addressBytes(address), Buffer.of(protocol, 0, 0, 0), Buffer.of(port >> 8, port & 255, 0, 0)]);

test.each([
  ['203.0.113.9', 6, 'tcp', 81],
  ['2001:db8::1', 17, 'udp', 65_535],
  ['::ffff:192.0.2.1', 200, '200', 0],
])('%s, protocol %d', (address, number, protocol, port) => {
  const element = {
    key: key(address, number, port),
    expression: { kind: 'counter', packets: 4n, bytes: 228n } as const,
  };
  expect(attemptOf(element)).toEqual([{ address, protocol, port, packets: 4 }]);
});

test('an element that is no attempt is none', () => {
  expect(attemptOf({})).toEqual([]);
  expect(attemptOf({ key: Buffer.alloc(8) })).toEqual([]);
});
