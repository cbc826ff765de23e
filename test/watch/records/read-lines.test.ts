import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLines } from '../../../src/watch/records/read-lines.js';

async function linesOf(chunks: readonly Buffer[]) {
  async function* stream() {
    yield* chunks;
  }
  const lines = [];
  for await (const batch of readLines(stream())) lines.push(...batch);
  return lines;
}

test('lines are the same however the stream is cut', async () => {
  const texts = fc.array(fc.constantFrom('', 'a', 'Grüße €', '{"x":1}'), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(texts, fc.integer({ min: 1, max: 9 }), fc.boolean(), async (lines, size, ended) => {
      const bytes = Buffer.from(lines.join('\n') + (ended ? '\n' : ''));
      const chunks = [];
      for (let from = 0; from < bytes.length; from += size) chunks.push(bytes.subarray(from, from + size));
      const expected = bytes.toString().split('\n');
      if (expected.at(-1) === '') expected.pop();
      expect(await linesOf(chunks)).toEqual(expected.map((text, at) => ({ line: at + 1, text })));
    }),
  );
});

test('a line without end is not kept in memory, and the next one is read', async () => {
  const block = Buffer.alloc(1 << 20, 'x');
  const chunks = [...Array.from({ length: 40 }, () => block), Buffer.from('\nnext\n')];
  expect(await linesOf(chunks)).toEqual([
    { line: 1, text: undefined },
    { line: 2, text: 'next' },
  ]);
});
