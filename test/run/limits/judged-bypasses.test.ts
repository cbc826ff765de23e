import { expect, test } from 'vitest';
import type { Bypass } from '../../../src/measurement/remotes.js';
import { judgedBypasses } from '../../../src/run/limits/judged-bypasses.js';

type Judged = Parameters<typeof judgedBypasses>;

const child = { kind: 'child-namespace', leadsOut: true } as Bypass;
const foreign = { kind: 'unix-socket', leadsOut: true } as Bypass;
const inner = { kind: 'unix-socket', leadsOut: false } as Bypass;
const all = [child, foreign, inner];

test.each([
  ['in a namespace of its own, those that lead out', 'veth', 'wire', [child, foreign]],
  ['counted at its sockets, but for namespaces, where it is counted too', 'host', 'cgroup', [foreign]],
  ["none in the host's own namespace, where everybody is counted", 'host', 'devices', []],
] as const)('%s', (_, kind, name, judged) => {
  const scope = { isolation: { kind } } as Judged[1];
  expect(judgedBypasses(all, scope, { name } as Judged[2])).toEqual(judged);
});
