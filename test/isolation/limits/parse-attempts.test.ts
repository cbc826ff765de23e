import { expect, test } from 'vitest';
import { parseAttempts } from '../../../src/isolation/limits/parse-attempts.js';

/** As nft 1.0.6 prints it. */
const LISTING = JSON.stringify({
  nftables: [
    { metainfo: { version: '1.0.6' } },
    { table: { family: 'inet', name: 'netmeter_offline', handle: 1 } },
    {
      set: {
        name: 'tried4',
        elem: [
          { elem: { val: { concat: ['203.0.113.9', 'tcp', 81] }, counter: { packets: 2, bytes: 120 } } },
          { elem: { val: { concat: ['192.0.2.53', 'udp', 53] }, counter: { packets: 4, bytes: 228 } } },
        ],
        stmt: [{ counter: null }],
      },
    },
    {
      set: {
        name: 'tried6',
        elem: [{ elem: { val: { concat: ['2001:db8::1', 'tcp', 80] }, counter: { packets: 1, bytes: 80 } } }],
      },
    },
    { chain: { name: 'out' } },
  ],
});

test('both families, the most frequent first', () => {
  expect(parseAttempts(LISTING)).toEqual([
    { address: '192.0.2.53', protocol: 'udp', port: 53, packets: 4 },
    { address: '203.0.113.9', protocol: 'tcp', port: 81, packets: 2 },
    { address: '2001:db8::1', protocol: 'tcp', port: 80, packets: 1 },
  ]);
});

test('a system without /etc/protocols', () => {
  const numbers = LISTING.replaceAll('"tcp"', '6').replaceAll('"udp"', '17');
  expect(parseAttempts(numbers)).toEqual(parseAttempts(LISTING));
});

test('nothing tried is an empty list, nothing readable is unknown', () => {
  expect(parseAttempts('{"nftables": [{"set": {"name": "tried4"}}]}')).toEqual([]);
  expect(parseAttempts('')).toBeNull();
  expect(parseAttempts('Error: no such table')).toBeNull();
});
