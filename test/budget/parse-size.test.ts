import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSize } from '../../src/budget/parse-size.js';

test.each([
  ['50MB', 50_000_000],
  ['50MiB', 52_428_800],
  ['50000000', 50_000_000],
  ['50_000_000', 50_000_000],
  ['0', 0],
  ['0MB', 0],
  ['7B', 7],
  ['2kB', 2000],
  ['2KB', 2000],
  ['2KiB', 2048],
  ['3GB', 3_000_000_000],
  ['3GiB', 3_221_225_472],
  ['4TB', 4_000_000_000_000],
  ['4TiB', 4_398_046_511_104],
  ['1.5GB', 1_500_000_000],
  ['0.1GB', 100_000_000],
  ['0.5KiB', 512],
  ['50 MB', 50_000_000],
  ['5M', 5_000_000],
  ['5m', 5_000_000],
  ['5mb', 5_000_000],
  ['5mB', 5_000_000],
  ['7k', 7000],
  ['7kb', 7000],
  ['9b', 9],
  ['5Mi', 5_242_880],
  ['5mib', 5_242_880],
  ['1.5 GiB', 1_610_612_736],
  ['2T', 2_000_000_000_000],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
])('%s is %i octets', (text, octets) => {
  expect(parseSize(text)).toBe(octets);
});

test.each([
  ['', 'it is not a size'],
  [' ', 'it is not a size'],
  ['-1', 'it is not a size'],
  ['-1MB', 'it is not a size'],
  ['+1', 'it is not a size'],
  ['NaN', 'it is not a size'],
  ['Infinity', 'it is not a size'],
  ['0x10', 'it is not a size'],
  ['1e3', 'it is not a size'],
  ['.5GB', 'it is not a size'],
  ['1,5GB', 'it is not a size'],
  ['1__0', 'it is not a size'],
  ['_1', 'it is not a size'],
  ['MB', 'it is not a size'],
  ['1 2', 'it is not a size'],
  ['1PB', "'PB' is no unit"],
  ['1constructor', "'constructor' is no unit"],
  ['50Mb', "'Mb' is of bits: say MB"],
  ['50Gib', "'Gib' is of bits: say GiB"],
  ['50MBB', 'no unit'],
  ['50i', 'no unit'],
  ['50ib', 'no unit'],
  ['1.5', 'not a whole number'],
  ['1.5B', 'not a whole number'],
  ['0.3KiB', 'not a whole number'],
  ['1.0000000000001TB', 'not a whole number'],
  ['9007199254740990.9', 'not a whole number'],
  ['9007199254740992', 'larger than can be counted'],
  ['9007.199254740992TB', 'larger than can be counted'],
])('%j is refused: %s', (text, reason) => {
  expect(() => parseSize(text)).toThrow(
    expect.objectContaining({
      code: 'USAGE',
      message: expect.stringMatching(new RegExp(`^bad size '${text.replace('+', '\\+')}'.*${reason}`)),
      cure: expect.stringMatching(/50MB \(50,000,000 bytes\).*50MiB \(52,428,800 bytes\).*1\.5GB.*50000000/),
    }),
  );
});

test('any count of bytes is read back exactly', () => {
  fc.assert(fc.property(fc.maxSafeNat(), (octets) => parseSize(String(octets)) === octets));
});

test('any count of bytes, written as megabytes, is read back exactly', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (octets) => {
      const digits = String(octets).padStart(7, '0');
      return parseSize(`${digits.slice(0, -6)}.${digits.slice(-6)}MB`) === octets;
    }),
  );
});
