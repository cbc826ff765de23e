import { expect, test } from 'vitest';
import { gatesOf, needsOf } from '../../src/run/needs.js';

const name = { kind: 'name', pattern: 'a.example' } as const;
const network = { kind: 'network', family: '4', network: '192.0.2.0/24' } as const;
const port = { host: 80, inner: 80, protocol: 'tcp' } as const;

test.each<[string, Parameters<typeof needsOf>[0], object | undefined]>([
  ['nothing', {}, undefined],
  ['a port under its own number', { publish: [port] }, undefined],
  ['another port', { publish: [{ ...port, inner: 81 }] }, { options: ['--publish'], inPlace: false, userMode: true }],
  ['--enforce', { enforce: true }, { options: ['--enforce'], inPlace: true, userMode: false }],
  ['addresses', { egress: { allow: [network], deny: [] } }, { options: ['--allow'], inPlace: true, userMode: false }],
  ['names', { egress: { allow: [], deny: [name] } }, { options: ['--deny'], inPlace: false, userMode: false }],
  [
    'several',
    { egress: { allow: [network], deny: [name] }, enforce: true, publish: [{ ...port, inner: 81 }] },
    { options: ['--allow', '--deny', '--enforce', '--publish'], inPlace: false, userMode: false },
  ],
])('%s', (_, asked, needs) => {
  if (needs) expect(needsOf(asked)).toMatchObject(needs);
  else expect(needsOf(asked)).toBeUndefined();
});

test('another way is named where there is one', () => {
  expect(needsOf({ enforce: true })?.instead).toContain('--kill');
  expect(needsOf({ egress: { allow: [name], deny: [] } })?.instead).toContain('--isolation offline');
  expect(needsOf({ egress: { allow: [name], deny: [] }, isolation: 'offline' })?.instead).toBeUndefined();
  expect(needsOf({ rateLimit: 1 as never })?.instead).toBeUndefined();
  expect(needsOf({ enforce: true, egress: { allow: [name], deny: [] } })?.instead).toBeUndefined();
});

test('only what was given holds the command back', () => {
  expect(gatesOf({})).toEqual([]);
  expect(gatesOf({ egress: { allow: [], deny: [network] }, rateLimit: 1 as never })).toEqual([
    '--deny',
    '--rate-limit',
  ]);
});
