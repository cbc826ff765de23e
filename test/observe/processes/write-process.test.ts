import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readProcess, readProgram } from '../../../src/observe/processes/read-process.js';
import { writeProcess, writeProgram } from '../../../src/observe/processes/write-process.js';

const number = fc.integer({ min: 1, max: 2 ** 31 });
const word = fc.stringMatching(/^[ -~]{0,20}$/);
const living = fc.record({
  pid: number,
  parentPid: number,
  threads: fc.array(number, { minLength: 1, maxLength: 5 }),
  comm: fc.stringMatching(/^[a-z]{1,15}$/),
  file: fc.constant(undefined),
  words: fc.array(word, { minLength: 1, maxLength: 5 }),
});

test('what is written of a living process is read as if the kernel had written it', () => {
  fc.assert(
    fc.property(living, fc.record({ id: number, parent: number, program: number }), (process, ids) => {
      expect(readProcess(writeProcess(process, ids))).toMatchObject({
        ...{ id: ids.id, program: ids.program, pid: process.pid, comm: process.comm, endedAt: undefined, connects: 0 },
        fork: { parent: ids.parent, parentPid: process.parentPid, at: 1 },
      });
      expect(readProgram(writeProgram(process))).toEqual({
        file: undefined,
        name: process.comm,
        words: process.words,
      });
    }),
  );
});

test.each([
  ['/usr/bin/curl', 'curl', '/usr/bin/curl'],
  // The kernel calls it by another name: the file is not what was asked for.
  ['/usr/bin/python3.11', 'python3', undefined],
])('the file %s of a process called %s', (file, comm, shown) => {
  const process = { pid: 7, parentPid: 0, threads: [7], comm, file, words: [comm] };
  expect(readProgram(writeProgram(process)).file).toBe(shown);
});

test('of a line that is longer than its room, the last words are left out', () => {
  const words = Array.from({ length: 1000 }, (_, at) => `word-${at}`);
  const process = { pid: 7, parentPid: 0, threads: [7], comm: 'sh', file: undefined, words };
  const read = readProgram(writeProgram(process)).words ?? [];
  expect(read.slice(0, -1)).toEqual(words.slice(0, read.length - 1));
  expect(read.at(-1)).toMatch(/…$/);
});
