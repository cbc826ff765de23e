import { expect, test } from 'vitest';
import { stillnessOf } from '../../../src/isolation/machine/read-stillness.js';

const status = (state: string, voluntary: number, other = 0) =>
  `Name:\tsh\nState:\t${state}\nvoluntary_ctxt_switches:\t${voluntary}\nnonvoluntary_ctxt_switches:\t${other}\n`;

/** The kernel's files of some threads, by process. */
const source = (processes: Readonly<Record<number, Readonly<Record<number, string>>>>) => ({
  list: (folder: string) => Object.keys(processes[Number(folder.split('/')[2])] ?? {}),
  text: (file: string) => {
    const [, , pid = '', , tid = ''] = file.split('/');
    const text = processes[Number(pid)]?.[Number(tid)];
    if (text === undefined) throw new Error('ENOENT');
    return text;
  },
});

const stopped = { 7: { 7: status('T (stopped)', 5, 1), 8: status('T (stopped)', 2) } };

test('is the same as long as no thread has run', () => {
  const mark = stillnessOf([7], source(stopped));
  expect(mark).toBeDefined();
  expect(stillnessOf([7], source(stopped))).toBe(mark);
  expect(stillnessOf([7], source({ 7: { ...stopped[7], 8: status('T (stopped)', 3) } }))).not.toBe(mark);
  expect(stillnessOf([7], source({ 7: { ...stopped[7], 8: status('T (stopped)', 2, 1) } }))).not.toBe(mark);
});

test.each([
  ['no process', [], stopped],
  ['one that sleeps', [7, 9], { ...stopped, 9: { 9: status('S (sleeping)', 1) } }],
  ['a thread that runs', [7], { 7: { ...stopped[7], 8: status('R (running)', 2) } }],
  ['one that has ended', [7, 9], stopped],
  ['one under a tracer', [9], { 9: { 9: status('t (tracing stop)', 1) } }],
])('%s: nothing is still', (_, pids, processes) => {
  const { list, text } = source(processes);
  const strict = (folder: string) => {
    const found = list(folder);
    if (found.length === 0) throw new Error('ENOENT');
    return found;
  };
  expect(stillnessOf(pids, { list: strict, text })).toBeUndefined();
});
