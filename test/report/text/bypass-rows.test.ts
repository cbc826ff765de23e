import { expect, test } from 'vitest';
import type { Isolation } from '../../../src/measurement/isolation.js';
import type { Bypass } from '../../../src/measurement/remotes.js';
import { bypassRows } from '../../../src/report/text/bypass-rows.js';
import { painter } from '../../../src/report/text/paint.js';
import { milliseconds } from '../../../src/units.js';
import { quiet } from '../measurements.js';

const plain = painter(false);
const bypass = (over: Partial<Bypass> = {}): Bypass => ({
  kind: 'unix-socket',
  what: '/var/run/docker.sock',
  service: 'docker',
  leadsOut: true,
  pid: 123,
  name: 'docker',
  firstSeenMs: milliseconds(7),
  ...over,
});
const rows = (bypasses: readonly Bypass[] | null, isolation: Isolation = quiet.isolation) =>
  bypassRows({ ...quiet, bypasses, isolation }, plain);

test.each<[Partial<Bypass>, string]>([
  [{}, '/var/run/docker.sock (pid 123 docker)'],
  [{ pid: null, name: null }, '/var/run/docker.sock'],
  [{ name: null }, '/var/run/docker.sock (pid 123)'],
  [{ name: 'a\u001b[2Jb' }, '/var/run/docker.sock (pid 123 a\\e[2Jb)'],
  [{ what: '/tmp/a\nb' }, '/tmp/a\\nb (pid 123 docker)'],
  [
    { kind: 'inherited-socket', what: 'tcp 0.0.0.0:80, listening' },
    'inherited tcp 0.0.0.0:80, listening (pid 123 docker)',
  ],
  [{ kind: 'child-namespace', what: 'net:[7]' }, 'net:[7], unless it leads through here (pid 123 docker)'],
  [{ kind: 'child-namespace', what: "net:[7], netmeter's own" }, "net:[7], netmeter's own (pid 123 docker)"],
])('%j: %s', (over, text) => {
  expect(rows([bypass(over)])).toEqual([`  unmetered ${text}`]);
});

test('in the host’s own namespace its bytes count as shared', () => {
  expect(rows([bypass()], { kind: 'host', devices: [] })).toEqual([
    '  bypass    /var/run/docker.sock (pid 123 docker): its bytes count as shared',
  ]);
});

test.each([
  ['not looked for', null],
  ['none', []],
  ['one that is not known to lead anywhere', [bypass({ leadsOut: false, service: null })]],
])('no line: %s', (_, bypasses) => {
  expect(rows(bypasses)).toEqual([]);
});

test('the others are counted', () => {
  const many = Array.from({ length: 7 }, (_, index) => bypass({ what: `/run/${index}/docker.sock` }));
  expect(rows(many)).toHaveLength(6);
  expect(rows(many).at(-1)).toBe('  unmetered 2 other bypasses');
});
