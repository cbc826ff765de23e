import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isInRange, parseRange } from '../../../src/budget/patterns/address-range.js';
import { fitsPattern } from '../../../src/budget/patterns/name-pattern.js';

test.each<[string, string, boolean]>([
  ['example.com', 'example.com', true],
  ['example.com', 'www.example.com', false],
  ['*.example.com', 'www.example.com', true],
  ['*.example.com', 'a.b.example.com', true],
  ['*.example.com', 'example.com', false],
  ['*.example.com', 'www.example.com.evil.org', false],
  ['*example.com', 'notexample.com', true],
  ['example.*', 'example.co.uk', true],
  ['Example.COM', 'eXample.com.', true],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['a*b*c', 'a1b2b3c', true],
  ['a*b*c', 'a1b2b3', false],
  ['*', '', true],
  ['?', '', false],
  ['a.b', 'axb', false],
  ['[ab]', 'a', false],
])('%s fits %s: %s', (pattern, name, expected) => {
  expect(fitsPattern(pattern, name)).toBe(expected);
});

const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '-'), maxLength: 12 });

test('a pattern fits as the regular expression that means the same', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });
  fc.assert(
    fc.property(pattern, text, (given, name) => {
      const [trimmed, plain] = [given, name].map((each) => each.replace(/\.$/, ''));
      const source = (trimmed ?? '').replaceAll('.', String.raw`\.`).replaceAll('*', '.*').replaceAll('?', '.');
      expect(fitsPattern(given, name)).toBe(new RegExp(`^${source}$`).test(plain ?? ''));
    }),
  );
});

test('a pattern of many stars does not take for ever', () => {
  expect(fitsPattern(`${'*a'.repeat(30)}b`, 'a'.repeat(2000))).toBe(false);
});

describe('ranges of addresses', () => {
  test.each<[string, string, boolean]>([
    ['203.0.113.7', '203.0.113.7', true],
    ['203.0.113.7', '203.0.113.8', false],
    ['203.0.113.0/24', '203.0.113.255', true],
    ['203.0.113.0/24', '203.0.114.0', false],
    ['203.0.113.9/24', '203.0.113.1', true],
    ['0.0.0.0/0', '255.1.2.3', true],
    ['0.0.0.0/0', '::1', false],
    ['10.0.0.0/31', '10.0.0.1', true],
    ['10.0.0.0/31', '10.0.0.2', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['::ffff:203.0.113.7', '::ffff:cb00:7107', true],
    ['::ffff:203.0.113.7', '203.0.113.7', true],
    ['::ffff:203.0.113.0/120', '203.0.113.9', true],
    ['203.0.113.0/24', '::ffff:203.0.113.9', true],
    ['::ffff:0:0/95', '203.0.113.9', false],
    ['fe80::/10', 'febf::1', true],
    ['::/0', '203.0.113.7', false],
  ])('%s holds %s: %s', (range, address, expected) => {
    const parsed = parseRange(range);
    expect(parsed && isInRange(parsed, address)).toBe(expected);
  });

  test.each([
    'example.com',
    '*.example.com',
    '*',
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '1.2.3.4/33',
    '1.2.3.4/',
    '::1/129',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8::',
    'g::1',
    '12345::',
    'a.b',
    'fe80::1%eth0',
  ])('%j is none', (given) => {
    expect(parseRange(given)).toBeUndefined();
  });

  test('an IPv6 address is what Node takes for one, and itself', () => {
    const group = fc.string({ unit: fc.constantFrom('0', 'a', 'F', '1'), minLength: 0, maxLength: 5 });
    const address = fc.array(group, { minLength: 2, maxLength: 9 }).map((groups) => groups.join(':'));
    fc.assert(
      fc.property(fc.oneof(fc.ipV6(), address), (given) => {
        const range = parseRange(given);
        expect(range !== undefined).toBe(isIPv6(given));
        if (range) expect(isInRange(range, given)).toBe(true);
      }),
    );
  });
});
