import { expect, test } from 'vitest';
import type { Isolation } from '../../src/measurement/isolation.js';
import type { Door } from '../../src/measurement/remotes.js';
import { doorRows } from '../../src/report/door-rows.js';
import { painter } from '../../src/report/paint.js';
import { milliseconds } from '../../src/units.js';
import { quiet } from './measurements.js';

const plain = painter(false);
const door = (over: Partial<Door> = {}): Door => ({
  kind: 'unix-socket',
  what: '/var/run/docker.sock',
  service: 'docker',
  leadsOut: true,
  pid: 123,
  name: 'docker',
  firstSeenMs: milliseconds(7),
  ...over,
});
const rows = (doors: readonly Door[] | null, isolation: Isolation = quiet.isolation) =>
  doorRows({ ...quiet, doors, isolation }, plain);

test.each<[Partial<Door>, string]>([
  [{}, 'door: /var/run/docker.sock (pid 123 docker)'],
  [{ pid: null, name: null }, 'door: /var/run/docker.sock'],
  [{ name: null }, 'door: /var/run/docker.sock (pid 123)'],
  [{ name: 'a\u001b[2Jb' }, 'door: /var/run/docker.sock (pid 123 a?[2Jb)'],
  [{ what: '/tmp/a\nb' }, 'door: /tmp/a?b (pid 123 docker)'],
  [
    { kind: 'inherited-socket', what: 'tcp 0.0.0.0:80, listening' },
    'door: inherited tcp 0.0.0.0:80, listening (pid 123 docker)',
  ],
  [{ kind: 'child-namespace', what: 'net:[7]' }, 'door: net:[7], unless it leads through here (pid 123 docker)'],
  [{ kind: 'child-namespace', what: "net:[7], netmeter's own" }, "door: net:[7], netmeter's own (pid 123 docker)"],
])('%j: %s', (over, text) => {
  expect(rows([door(over)])).toEqual([`  unmetered ${text}`]);
});

test('in the host’s own namespace it is metered, with everybody’s', () => {
  expect(rows([door()], { kind: 'host', devices: [] })).toEqual([
    '  door      /var/run/docker.sock (pid 123 docker): counted with everybody’s',
  ]);
});

test.each([
  ['not looked for', null],
  ['none', []],
  ['one that is not known to lead anywhere', [door({ leadsOut: false, service: null })]],
])('no line: %s', (_, doors) => {
  expect(rows(doors)).toEqual([]);
});

test('the others are counted', () => {
  const many = Array.from({ length: 7 }, (_, index) => door({ what: `/run/${index}/docker.sock` }));
  expect(rows(many)).toHaveLength(6);
  expect(rows(many).at(-1)).toBe('  unmetered 2 other doors');
});
