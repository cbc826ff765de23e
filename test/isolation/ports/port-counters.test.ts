import { expect, test } from 'vitest';
import { countingRules, parseCounter } from '../../../src/isolation/ports/port-counters.js';

test('a rule each way for each protocol that has ports', () => {
  const text = countingRules([
    { port: 5432, protocol: 'tcp' },
    { port: 6379, protocol: 'tcp' },
    { port: 53, protocol: 'udp' },
  ]);
  expect(text.split('\n').filter((line) => line.startsWith('iifname'))).toEqual([
    'iifname "lo" tcp dport { 5432, 6379 } counter name "to_host"',
    'iifname "lo" tcp sport { 5432, 6379 } counter name "from_host"',
    'iifname "lo" udp dport { 53 } counter name "to_host"',
    'iifname "lo" udp sport { 53 } counter name "from_host"',
  ]);
});

const LISTING =
  '{"nftables": [{"metainfo": {"version": "1.0.6"}}, {"counter": {"family": "inet", "name": "to_host", "table": "netmeter_ports", "handle": 1, "packets": 3, "bytes": 18446744073709551615}}, {"counter": {"family": "inet", "name": "from_host", "table": "netmeter_ports", "handle": 2, "packets": 0, "bytes": 0}}]}';

test.each([
  ['to_host', { packets: 3n, bytes: 18_446_744_073_709_551_615n }],
  ['from_host', { packets: 0n, bytes: 0n }],
  ['other', undefined],
])('the counter %s', (name, counter) => {
  expect(parseCounter(LISTING, name)).toEqual(counter);
});

test('without a table nothing is known', () => {
  expect(parseCounter('', 'to_host')).toBeUndefined();
});
