import { expect, test } from 'vitest';
import { findStopped, findStoppedBelow } from '../../../../src/isolation/tools/holders/find-stopped.js';

const files = (children: string, states: Readonly<Record<string, string>>) => (file: string) => {
  if (file === '/proc/7/task/7/children') return children;
  const [, pid = ''] = /^\/proc\/(\d+)\/stat$/.exec(file) ?? [];
  return states[pid] === undefined ? undefined : `${pid} (pasta) T ) ${states[pid]} 7 8 8 0`;
};

test.each([
  ['one that is stopped', '8 9 ', { 8: 'S', 9: 'T' }, 9],
  ['none that is, whatever it is called', '8 9 ', { 8: 'S', 9: 'R' }, undefined],
  ['one that has gone', '8 ', {}, undefined],
  ['none', '', {}, undefined],
])('%s', (_, children, states, stopped) => {
  expect(findStoppedBelow(7, files(children, states))).toBe(stopped);
});

test('a kernel that does not list them', () => {
  expect(findStoppedBelow(7, () => undefined)).toBeUndefined();
});

test('itself, before its descendants', () => {
  expect(findStopped(7, files('8 ', { 7: 'T', 8: 'T' }))).toBe(7);
});
