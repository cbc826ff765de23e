import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDestination } from '../../../../src/cli/arguments/values/parse-destination.js';

test.each([
  ['192.0.2.7', { kind: 'network', family: '4', network: '192.0.2.7/32' }],
  ['192.0.2.0/24', { kind: 'network', family: '4', network: '192.0.2.0/24' }],
  ['0.0.0.0/0', { kind: 'network', family: '4', network: '0.0.0.0/0' }],
  ['2001:db8::1', { kind: 'network', family: '6', network: '2001:db8::1/128' }],
  ['fd00::/8', { kind: 'network', family: '6', network: 'fd00::/8' }],
  ['::ffff:192.0.2.7', { kind: 'network', family: '4', network: '192.0.2.7/32' }],
  ['::FFFF:c000:207', { kind: 'network', family: '4', network: '192.0.2.7/32' }],
  ['0:0::ffff:192.0.2.0/120', { kind: 'network', family: '4', network: '192.0.2.0/24' }],
  ['::ffff:0:0/96', { kind: 'network', family: '4', network: '0.0.0.0/0' }],
  ['::ffff:0:0/95', { kind: 'network', family: '6', network: '::ffff:0:0/95' }],
  ['example.org', { kind: 'name', pattern: 'example.org' }],
  ['Example.ORG.', { kind: 'name', pattern: 'example.org' }],
  ['*.example.org', { kind: 'name', pattern: '*.example.org' }],
  ['_srv._tcp.example', { kind: 'name', pattern: '_srv._tcp.example' }],
  ['bücher.example', { kind: 'name', pattern: 'xn--bcher-kva.example' }],
  ['db', { kind: 'name', pattern: 'db' }],
])('%s', (text, destination) => {
  expect(parseDestination(text)).toEqual(destination);
});

test.each([
  ['', 'neither'],
  ['*', 'neither'],
  ['*.', 'neither'],
  ['a.*.example', 'neither'],
  ['https://example.org', 'it is a URL: give its host alone'],
  ['http://[2001:db8::1]:80/x', 'it is a URL'],
  ['example.org/24', 'no address'],
  ['example.org:443', 'a single port cannot be chosen'],
  ['192.0.2.7:80', 'a single port'],
  ['[2001:db8::1]:80', 'a single port'],
  ['192.0.2.0/33', 'prefix length'],
  ['192.0.2.0/', 'prefix length'],
  ['192.0.2.0/8/8', 'prefix length'],
  ['fd00::/129', 'prefix length'],
  ['fe80::1%eth0', 'zone'],
  ['127.1', '127.0.0.1'],
  ['a"; flush ruleset; "', 'neither'],
])('%j is refused', (text, reason) => {
  expect(() => parseDestination(text)).toThrow(reason);
});

test('whatever is accepted can stand in a rule', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      let parsed: ReturnType<typeof parseDestination>;
      try {
        parsed = parseDestination(text);
      } catch {
        return;
      }
      if (parsed.kind === 'name') expect(parsed.pattern).toMatch(/^(\*\.)?[a-z0-9_.-]+$/);
      else expect(isIP(parsed.network.split('/')[0] ?? '')).toBe(Number(parsed.family));
    }),
  );
});
