import { expect, test } from 'vitest';
import { parseNamedSize } from '../../../src/budget/parse-limit.js';
import { whyNoRemote } from '../../../src/budget/patterns/remote-pattern.js';

test.each([
  ...[
    '*',
    '?',
    'example.org',
    '*.example.org',
    'EXAMPLE.org.',
    'cdn-*.example',
    'xn--bcher-kva.example',
    '*_tcp.a',
    '1.example',
    '3*.example',
  ],
  ...['192.0.2.7', '192.0.2.0/24', '0.0.0.0/0', '2001:db8::/32', '::1', '::ffff:192.0.2.7', 'build-7', 'host.7a'],
])('%s can be a remote', (pattern) => {
  expect(whyNoRemote(pattern)).toBeUndefined();
});

test.each([
  ['http://www.example/', 'a URL'],
  ['www.example:8080', 'port'],
  ['192.0.2.7:8080', 'port'],
  ['192.0.2.7:53/udp', 'port'],
  ['[2001:db8::1]:443', 'port'],
  ['300.1.1.1', 'no address'],
  ['10.0.0', 'no address'],
  ['2001:db8::1::2', 'no address'],
  ['[2001:db8::1]', 'no address'],
  ['10.0.0.0/40', 'no network'],
  ['www.example/path', 'no network'],
  ['10.231.77.*', 'write a network'],
  ['a b', 'space'],
])('%s fits none, and a limit on it would always be kept: it is refused', (pattern, why) => {
  expect(whyNoRemote(pattern)).toContain(why);
  expect(() => parseNamedSize(`${pattern}=0`, 'PATTERN=SIZE')).toThrow(why);
  expect(() => parseNamedSize(`${pattern}=0`, 'NAME=SIZE')).not.toThrow();
});
