import { expect, test } from 'vitest';
import { leftGroup } from '../../../src/attribution/bypasses/left-group.js';

const GROUP = '/sys/fs/cgroup/netmeter-1';

test.each([
  ['in the group', GROUP, false],
  ['below it', `${GROUP}/job/a`, false],
  ['gone', undefined, false],
  ['above it', '/sys/fs/cgroup', true],
  ['in one whose name begins alike', `${GROUP}2`, true],
])('a process %s', (_, folder, hasLeft) => {
  const found = leftGroup([{ pid: 7, folder }], GROUP, true);
  expect(found).toEqual(hasLeft ? [{ kind: 'left-cgroup', what: folder, service: null, leadsOut: true, pid: 7 }] : []);
});

test('it leads out where the numbers are counted at the group', () => {
  expect(leftGroup([{ pid: 7, folder: '/elsewhere' }], GROUP, false)[0]?.leadsOut).toBe(false);
});
