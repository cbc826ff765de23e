import { expect, test } from 'vitest';
import { hasNames, namesMatch } from '../../../src/isolation/limits/destinations.js';

test.each([
  ['example.org', 'example.org', true],
  ['example.org', 'www.example.org', false],
  ['*.example.org', 'www.example.org', true],
  ['*.example.org', 'a.b.example.org', true],
  ['*.example.org', 'example.org', false],
  ['*.example.org', '.example.org', false],
  ['*.example.org', 'badexample.org', false],
  ['*.example.org', 'www.example.org.evil.test', false],
])('%s for %s: %s', (pattern, name, matches) => {
  expect(namesMatch([{ kind: 'name', pattern }], name)).toBe(matches);
});

test('networks stand for no name', () => {
  const network = { kind: 'network', family: '4', network: '10.0.0.0/8' } as const;
  expect(namesMatch([network], '10.0.0.1')).toBe(false);
  expect(hasNames({ allow: [network], deny: [] })).toBe(false);
  expect(hasNames({ allow: [network], deny: [{ kind: 'name', pattern: 'a' }] })).toBe(true);
});
