import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCount, parseNamedSize, parseRate } from '../../src/budget/parse-limit.js';

test.each([
  ['10MB/s', 10_000_000],
  ['1.5kB/s', 1500],
  [' 0/s ', 0],
  ['2 MiB/s', 2_097_152],
])('the rate %s', (text, expected) => {
  expect(parseRate(text)).toBe(expected);
});

test.each(['10MB', '10MB/min', '/s', '', 'fast/s', '10Mb/s', '-1B/s'])('no rate: %j', (text) => {
  expect(() => parseRate(text)).toThrow(`bad rate '${text}': `);
});

test.each([
  ['0', 0],
  ['10_000', 10_000],
  [' 7 ', 7],
])('the count %s', (text, expected) => {
  expect(parseCount(text)).toBe(expected);
});

test.each(['', '-1', '1.5', '1e3', '0x10', 'many', '9007199254740992'])('no count: %j', (text) => {
  expect(() => parseCount(text)).toThrow('bad count');
});

test.each<[string, [string, number]]>([
  ['*.example.com=50MB', ['*.example.com', 50_000_000]],
  ['a=b=1', ['a=b', 1]],
  ['2001:db8::/32=0', ['2001:db8::/32', 0]],
  [' git = 1kB', ['git', 1000]],
])('%s', (text, expected) => {
  expect(parseNamedSize(text, 'PATTERN=SIZE')).toEqual(expected);
});

test.each(['', '=5', 'example.com', 'example.com=', 'example.com=5Mb'])('no limit of a name: %j', (text) => {
  expect(() => parseNamedSize(text, 'PATTERN=SIZE')).toThrow(/bad (limit|size)/);
});

test.each([
  ['PATTERN=SIZE', "'*.example.com=50MB'"],
  ['NAME=SIZE', 'git=1MB'],
] as const)('the example for %s fits it', (form, example) => {
  expect(() => parseNamedSize('=1MB', form)).toThrow(
    expect.objectContaining({ message: `bad limit '=1MB': it is not ${form}`, cure: expect.stringContaining(example) }),
  );
});

test('any name and size come out as they went in', () => {
  const pattern = fc.string({ minLength: 1 }).filter((text) => text.trim() === text && text !== '');
  fc.assert(
    fc.property(pattern, fc.nat(), (name, size) => {
      expect(parseNamedSize(`${name}=${size}`, 'NAME=SIZE')).toEqual([name, size]);
    }),
  );
});
