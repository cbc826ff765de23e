import { openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { despiteEnds } from '../../../src/run/attached/despite-ends.js';

/** No pid is as large (PID_MAX_LIMIT). */
const ENDED = '/proc/4194305/ns/net';

test('where the process that is asked has ended, another is asked', () => {
  const files = [ENDED, ENDED, '/proc/self/ns/net'];
  expect(despiteEnds(() => openSync(files.shift() ?? '', 'r'))).toBeGreaterThan(0);
  expect(files).toEqual([]);
});

test.each([
  ['a process that is never there', ENDED, 10],
  ['a file that is nobody’s', '/nowhere/at/all', 1],
])('%s is an error in the end', (_, file, attempts) => {
  let count = 0;
  const open = () => {
    count += 1;
    return openSync(file, 'r');
  };
  expect(() => despiteEnds(open)).toThrow('ENOENT');
  expect(count).toBe(attempts);
});
