import { expect, test } from 'vitest';
import { addSightings, type BypassList, type Sighting } from '../../../src/attribution/bypasses/bypass-list.js';
import { milliseconds } from '../../../src/units.js';

const docker = (pid: number | null, over: Partial<Sighting> = {}): Sighting => ({
  kind: 'unix-socket',
  what: '/run/docker.sock',
  service: 'docker',
  leadsOut: true,
  pid,
  ...over,
});
const NAMES: Readonly<Record<number, string>> = { 7: 'docker', 8: 'docker', 9: 'buildx' };
/** Looks one after the other, ten milliseconds apart. */
const after = (...looks: readonly (readonly Sighting[])[]) =>
  looks.reduce<BypassList>(
    (list, seen, index) =>
      addSightings(list, seen, { name: (pid) => NAMES[pid] ?? null, atMs: milliseconds(10 * index) }),
    [],
  );
const reported = (list: BypassList) => list.map(({ what, pid, name, firstSeenMs }) => [what, pid, name, firstSeenMs]);

test('what is seen again keeps its first time', () => {
  expect(reported(after([docker(7)], [docker(7)], [docker(8)]))).toEqual([['/run/docker.sock', 7, 'docker', 0]]);
});

test('another program is another bypass, and another path', () => {
  expect(reported(after([docker(7)], [docker(9), docker(9, { what: '/run/x' })]))).toEqual([
    ['/run/docker.sock', 7, 'docker', 0],
    ['/run/docker.sock', 9, 'buildx', 10],
    ['/run/x', 9, 'buildx', 10],
  ]);
});

test('who it was may be found later, and is not forgotten', () => {
  expect(reported(after([docker(null)], [docker(7)], [docker(null)]))).toEqual([['/run/docker.sock', 7, 'docker', 0]]);
});

test('a namespace whose first process had ended is of the next one, and of the first that has a name', () => {
  const inside = (pid: number, leadsOut = false) => docker(pid, { kind: 'child-namespace', what: 'net:[1]', leadsOut });
  const list = after([inside(99, true)], [inside(7)], [inside(9)]);
  expect(reported(list)).toEqual([['net:[1]', 7, 'docker', 0]]);
  expect(list[0]?.leadsOut).toBe(true);
});

test('a process that has ended has no name', () => {
  expect(reported(after([docker(99)]))).toEqual([['/run/docker.sock', 99, null, 0]]);
});

test.each(['inherited-socket', 'child-namespace'] as const)('%s: the first process alone', (kind) => {
  expect(reported(after([docker(7, { kind })], [docker(9, { kind })]))).toEqual([['/run/docker.sock', 7, 'docker', 0]]);
});

test('a namespace that gets a way out leads out', () => {
  const seen = (leadsOut: boolean) => [docker(7, { kind: 'child-namespace', leadsOut })];
  expect(after(seen(false), seen(true), seen(false)).map(({ leadsOut }) => leadsOut)).toEqual([true]);
});

test('no more than a hundred', () => {
  const many = Array.from({ length: 300 }, (_, index) => docker(7, { what: `/run/${index}` }));
  expect(after(many, many)).toHaveLength(100);
});
