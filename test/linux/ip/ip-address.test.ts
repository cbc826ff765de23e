import { SocketAddress } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressBytes, addressText } from '../../../src/linux/ip/ip-address.js';

const ipv6 = fc.oneof(
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
  // With the runs of zeros that are left out.
  fc.array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 }),
);

test('any address comes back as it was', () => {
  fc.assert(
    fc.property(fc.oneof(ipv6, fc.uint8Array({ minLength: 4, maxLength: 4 })), (bytes) => {
      expect([...addressBytes(addressText(Buffer.from(bytes)))]).toEqual([...bytes]);
    }),
  );
});

test('IPv6 is spelled as the C library does it', () => {
  fc.assert(
    fc.property(ipv6, (bytes) => {
      const text = addressText(Buffer.from(bytes));
      // The C library writes addresses that have been out of use since RFC 4291 with dots: ::192.0.2.1.
      fc.pre(bytes.slice(0, 12).some((byte) => byte !== 0));
      expect(new SocketAddress({ address: text, family: 'ipv6' }).address).toBe(text);
    }),
  );
});

test.each([
  ['0.0.0.0', '00000000'],
  ['192.0.2.1', 'c0000201'],
  ['::', '0'.repeat(32)],
  ['::1', `${'0'.repeat(31)}1`],
  ['2001:db8::1', `20010db8${'0'.repeat(23)}1`],
  ['::ffff:192.0.2.1', `${'0'.repeat(20)}ffffc0000201`],
  ['2001:db8:0:1:1:1:1:1', '20010db8000000010001000100010001'],
])('%s', (text, hex) => {
  expect(addressBytes(text).toString('hex')).toBe(hex);
  expect(addressText(Buffer.from(hex, 'hex'))).toBe(text);
});
