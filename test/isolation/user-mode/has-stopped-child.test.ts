import { expect, test } from 'vitest';
import { hasStoppedChild } from '../../../src/isolation/user-mode/has-stopped-child.js';

const files = (children: string, states: Readonly<Record<string, string>>) => (file: string) => {
  if (file === '/proc/7/task/7/children') return children;
  const [, pid = ''] = /^\/proc\/(\d+)\/stat$/.exec(file) ?? [];
  return states[pid] === undefined ? undefined : `${pid} (pasta) T ) ${states[pid]} 7 8 8 0`;
};

test.each([
  ['one that is stopped', '8 9 ', { 8: 'S', 9: 'T' }, true],
  ['none that is, whatever it is called', '8 9 ', { 8: 'S', 9: 'R' }, false],
  ['one that has gone', '8 ', {}, false],
  ['none', '', {}, false],
])('%s', (_, children, states, isStopped) => {
  expect(hasStoppedChild(7, files(children, states))).toBe(isStopped);
});

test('a kernel that does not list them', () => {
  expect(hasStoppedChild(7, () => undefined)).toBe(false);
});
