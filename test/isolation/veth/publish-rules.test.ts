import { expect, test } from 'vitest';
import { publishRules } from '../../../src/isolation/veth/publish-rules.js';
import { linkPlans } from '../../../src/isolation/veth/subnet.js';

const rules = (...published: Parameters<typeof publishRules>[3]) =>
  publishRules('inet t', '{ "nm0" }', linkPlans(0, true), published).filter((line) => line.startsWith('add rule'));

test('nothing published, no chain', () => {
  expect(publishRules('inet t', '{}', linkPlans(0, true), [])).toEqual([]);
});

test('at all addresses of this machine, of both families', () => {
  expect(rules({ host: 8080, inner: 80, protocol: 'tcp' })).toEqual([
    'add rule inet t nm_publish iifname != { "nm0" } meta nfproto ipv4 fib daddr type local tcp dport 8080 dnat ip to 198.18.0.2:80',
    'add rule inet t nm_publish iifname != { "nm0" } meta nfproto ipv6 fib daddr type local tcp dport 8080 dnat ip6 to [fd6e:6574:6d65::0:2]:80',
  ]);
});

test.each([
  ['192.0.2.1', 'ip daddr 192.0.2.1 udp dport 53 dnat ip to 198.18.0.2:5353'],
  ['fd00::1', 'ip6 daddr fd00::1 udp dport 53 dnat ip6 to [fd6e:6574:6d65::0:2]:5353'],
])('at %s alone', (address, rule) => {
  const [only, ...others] = rules({ address, host: 53, inner: 5353, protocol: 'udp' });
  expect(only).toContain(rule);
  expect(others).toEqual([]);
});
