import { expect, test } from 'vitest';
import { hasNames, isListed } from '../../../src/isolation/limits/destinations.js';

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
  const list = [{ kind: 'name', pattern }] as const;
  const led = { name, address: '192.0.2.1' };
  expect(isListed({ allow: list, deny: [] }, 'allowed', led)).toBe(matches);
  expect(isListed({ allow: [], deny: list }, 'denied', led)).toBe(matches);
});

test('networks stand for no name', () => {
  const network = { kind: 'network', family: '4', network: '10.0.0.0/8' } as const;
  const led = { name: '10.0.0.1', address: '10.0.0.1' };
  expect(isListed({ allow: [network], deny: [] }, 'allowed', led)).toBe(false);
  expect(hasNames({ allow: [network], deny: [] })).toBe(false);
  expect(hasNames({ allow: [network], deny: [{ kind: 'name', pattern: 'a' }] })).toBe(true);
});

test('every name of the chain is denied, and the one that was asked for is allowed', () => {
  const list = [{ kind: 'name', pattern: 'edge.example' }] as const;
  const led = { name: 'www.example', aliases: ['middle.example', 'edge.example'], address: '192.0.2.1' };
  expect(isListed({ allow: [], deny: list }, 'denied', led)).toBe(true);
  expect(isListed({ allow: list, deny: [] }, 'allowed', led)).toBe(false);
});
