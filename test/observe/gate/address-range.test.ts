import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressText } from '../../../src/linux/ip/ip-address.js';
import { addressRange, rangeKey } from '../../../src/observe/gate/address-range.js';

test.each([
  ['192.0.2.0/24', 120, '::ffff:192.0.2.0'],
  ['192.0.2.7', 128, '::ffff:192.0.2.7'],
  ['0.0.0.0/0', 96, '::ffff:0.0.0.0'],
  ['2001:db8::/32', 32, '2001:db8::'],
  ['::/0', 0, '::'],
])('the key of %s compares %i bits of %s', (text, bits, address) => {
  const key = rangeKey(addressRange(text));
  expect(key.readUInt32LE(0)).toBe(bits);
  expect(addressText(key.subarray(4))).toBe(address);
});

test('an IPv4 range is within what stands for all of IPv4, whatever it is', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, bits) => {
      const key = rangeKey(addressRange(`${address}/${bits}`));
      expect(key).toHaveLength(20);
      expect(key.readUInt32LE(0)).toBe(96 + bits);
      expect(addressText(key.subarray(4))).toBe(`::ffff:${address}`);
    }),
  );
});
