import { expect, test } from 'vitest';
import type { Destination } from '../../../src/isolation/limits/destinations.js';
import { addressSet, egressRules } from '../../../src/isolation/limits/egress-rules.js';

const network = (text: string): Destination => ({
  kind: 'network',
  family: text.includes(':') ? '6' : '4',
  network: text,
});
const name = (pattern: string): Destination => ({ kind: 'name', pattern });

const destinations = (allow: Destination[], deny: Destination[], nameservers: string[] = []) =>
  egressRules({ table: 'inet t', devices: ['nm1'], egress: { allow, deny }, nameservers })
    .filter((command) => command.startsWith('add rule inet t nm_destination '))
    .map((command) => command.replace('add rule inet t nm_destination ', ''));

const DENIED_SETS = ['ip daddr @nm_denied4 goto nm_forbid', 'ip6 daddr @nm_denied6 goto nm_forbid'];
const ALLOWED_SETS = ['ip daddr @nm_allowed4 return', 'ip6 daddr @nm_allowed6 return'];

test('with something allowed the rest is forbidden, and what is denied comes first', () => {
  expect(destinations([network('10.0.0.0/8'), network('fd00::/8')], [network('10.1.0.0/16')])).toEqual([
    'ct direction reply return',
    'ip daddr 10.1.0.0/16 goto nm_forbid',
    ...DENIED_SETS,
    'ip daddr 10.0.0.0/8 return',
    'ip6 daddr fd00::/8 return',
    ...ALLOWED_SETS,
    'goto nm_forbid',
  ]);
});

test('with something denied alone the rest is not forbidden', () => {
  expect(destinations([], [name('ads.example')])).toEqual(['ct direction reply return', ...DENIED_SETS]);
});

test('the nameservers may be asked, and nothing else there', () => {
  expect(destinations([name('a.example')], [], ['192.0.2.1', 'fd00::1']).slice(1, 3)).toEqual([
    'ip daddr 192.0.2.1 meta l4proto { tcp, udp } th dport 53 return',
    'ip6 daddr fd00::1 meta l4proto { tcp, udp } th dport 53 return',
  ]);
});

test.each([
  ['allowed', '192.0.2.7', 'nm_allowed4'],
  ['denied', '2001:db8::7', 'nm_denied6'],
] as const)('an address that is %s has its set', (verdict, address, set) => {
  expect(addressSet(verdict, address)).toBe(set);
});
