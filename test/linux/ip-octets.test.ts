import { SocketAddress } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ipOctets } from '../../src/linux/ip-octets.js';

test.each([
  ['192.0.2.1', 'c0000201'],
  ['::', '0'.repeat(32)],
  ['::1', `${'0'.repeat(31)}1`],
  ['2001:db8::', '20010db8'.padEnd(32, '0')],
  ['2001:db8:1:2:3:4:5:6', '20010db8000100020003000400050006'],
  ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
])('%s', (address, hex) => {
  expect(ipOctets(address).toString('hex')).toBe(hex);
});

test('every IPv6 address, in the shortest spelling and in the longest', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (octets) => {
      const hex = Buffer.from(octets).toString('hex');
      const long = hex.match(/.{4}/g)?.join(':') ?? '';
      const short = new SocketAddress({ address: long, family: 'ipv6' }).address;
      expect([ipOctets(long).toString('hex'), ipOctets(short).toString('hex')]).toEqual([hex, hex]);
    }),
  );
});
