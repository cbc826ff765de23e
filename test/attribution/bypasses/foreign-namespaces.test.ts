import { expect, test } from 'vitest';
import { withForeign } from '../../../src/attribution/bypasses/foreign-namespaces.js';
import type { Bypass } from '../../../src/measurement/remotes.js';
import { milliseconds } from '../../../src/units.js';

const OWN = 'net:[1]';
const foreign = (isOwn: boolean, pid = 7) => ({ isOwn, pid, name: 'curl', atMs: 3 });
const child = (what: string): Bypass => ({
  kind: 'child-namespace',
  what,
  service: null,
  leadsOut: true,
  pid: 1,
  name: 'sh',
  firstSeenMs: milliseconds(30),
});
const seen = { kind: 'child-namespace', service: null, leadsOut: true, pid: 7, name: 'curl', firstSeenMs: 3 };

test.each([
  ['nothing', [], [], []],
  ['its own namespace', [], [foreign(true)], [{ ...seen, what: `${OWN}, netmeter's own` }]],
  ['its own namespace, which a look has found', [child(`${OWN}, netmeter's own`)], [foreign(true)], []],
  ['one that a look has found', [child('net:[2]')], [foreign(false)], []],
  [
    'more than looks have found',
    [child('net:[2]')],
    [foreign(false), foreign(false, 8), foreign(false, 9)],
    [{ ...seen, pid: 8, what: 'a network namespace that it has left again' }],
  ],
])('%s', (_, found, reported, added) => {
  expect(withForeign(found, reported, OWN)).toEqual([...found, ...added]);
});
