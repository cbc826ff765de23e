import { expect, test } from 'vitest';
import { canonicalAddress } from '../../../src/isolation/machine/canonical-address.js';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['fd00:0000:0000:0000:0000:0000:0000:0002', 'fd00::2'],
  ['2001:DB8::0:1', '2001:db8::1'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['0:0:0:0:0:FFFF:c000:0207', '192.0.2.7'],
  ['64:ff9b::192.0.2.7', '64:ff9b::c000:207'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  ['', ''],
])('%s is %s', (given, expected) => {
  expect(canonicalAddress(given)).toBe(expected);
});
