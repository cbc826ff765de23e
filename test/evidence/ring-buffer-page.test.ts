import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { walkPage } from '../../src/evidence/ring-buffer-page.js';
import { traceFixture, viewOf } from './trace-fixture.js';

const layout = { size: 4096, commit: 8, data: 16 };

type Walked = { records: [at: number, start: number, end: number][] };

function walk(page: Uint8Array, length = page.length): Walked {
  const records: Walked['records'] = [];
  walkPage(viewOf(page), length, layout, (...record) => records.push(record), true);
  return { records };
}

/** A page that begins at 1000 ns with these words. */
function page(words: readonly number[], commit = words.length * 4): Uint8Array {
  const bytes = Buffer.alloc(16 + words.length * 4);
  bytes.writeBigUInt64LE(1000n, 0);
  bytes.writeUInt32LE(commit >>> 0, 8);
  for (const [index, word] of words.entries()) bytes.writeUInt32LE(word >>> 0, 16 + index * 4);
  return bytes;
}

const entry = (kind: number, delta: number) => kind + delta * 32;

describe('a page’s records in their order', () => {
  test.each<[string, number[], Walked['records']]>([
    ['none', [], []],
    [
      'of some words',
      [entry(2, 5), 1, 2, entry(1, 7), 3],
      [
        [1005, 20, 28],
        [1012, 32, 36],
      ],
    ],
    [
      'of a length of its own',
      [entry(0, 5), 12, 1, 2, entry(1, 7), 3],
      [
        [1005, 24, 32],
        [1012, 36, 40],
      ],
    ],
    ['behind a long time', [entry(30, 5), 2, entry(1, 7), 3], [[1000 + 5 + 2 * 2 ** 27 + 7, 28, 32]]],
    ['behind an absolute time', [entry(31, 5), 2, entry(1, 7), 3], [[5 + 2 * 2 ** 27 + 7, 28, 32]]],
    ['behind one that was taken back', [entry(29, 5), 8, 9, entry(1, 7), 3], [[1012, 32, 36]]],
    ['up to the page’s filling', [entry(1, 5), 1, entry(29, 0), entry(1, 7), 3], [[1005, 20, 24]]],
  ])('%s', (_, words, records) => {
    expect(walk(page(words))).toEqual({ records });
  });

  test('what the page does not hold any more is not read', () => {
    expect(walk(page([entry(1, 5), 1, entry(1, 7), 3], 8)).records).toHaveLength(1);
    expect(walk(page([entry(1, 5), 1, entry(28, 7), 3])).records).toHaveLength(1);
    expect(walk(page([entry(1, 5), 1, entry(0, 7), 0xffff_fff0])).records).toHaveLength(1);
  });

  test('whatever else the commit word says', () => {
    expect(walk(page([entry(1, 5), 1], 8 + 2 ** 31)).records).toEqual([[1005, 20, 24]]);
  });
});

test('a captured page', () => {
  const [first] = traceFixture().pages;
  const { records } = walk(first ?? Buffer.alloc(0));
  expect(records).toHaveLength(30);
  const times = records.map(([at]) => at);
  expect(times.toSorted((a, b) => a - b)).toEqual(times);
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBe(221_420_878);
});

test('one that is cut or nonsense gives no more, and nothing from beyond its end', () => {
  const whole = traceFixture().pages.map((each) => ({ bytes: each, records: walk(each).records }));
  fc.assert(
    fc.property(fc.constantFrom(...whole), fc.nat(2000), ({ bytes, records }, length) => {
      const cut = walk(bytes, Math.min(length, bytes.length)).records;
      expect(records.slice(0, cut.length)).toEqual(cut);
      for (const [, , end] of cut) expect(end).toBeLessThanOrEqual(length);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const [, start, end] of walk(bytes).records) {
        expect(start).toBeGreaterThanOrEqual(16);
        expect(end).toBeGreaterThanOrEqual(start);
        expect(end).toBeLessThanOrEqual(bytes.length);
      }
    }),
  );
});

test('big-endian words have their parts the other way round', () => {
  const bytes = Buffer.alloc(28);
  bytes.writeBigUInt64BE(1000n, 0);
  bytes.writeUInt32BE(8, 12);
  bytes.writeUInt32BE(1 * 2 ** 27 + 5, 16);
  const records: number[][] = [];
  walkPage(viewOf(bytes), 24, { size: 4096, commit: 12, data: 16 }, (...record) => records.push(record), false);
  expect(records).toEqual([[1005, 20, 24]]);
});
