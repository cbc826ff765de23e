import { expect, test } from 'vitest';
import type { Destination, Egress } from '../../../src/isolation/limits/destinations.js';
import {
  addressSet,
  EGRESS_AT_HOST_ENDS,
  EGRESS_INSIDE,
  type EgressPlace,
  egressRules,
} from '../../../src/isolation/limits/egress-rules.js';
import { rulesOf } from '../rule-text.js';

const network = (text: string): Destination => ({
  kind: 'network',
  family: text.includes(':') ? '6' : '4',
  network: text,
});
const name = (pattern: string): Destination => ({ kind: 'name', pattern });

const table = { family: 'inet', table: 't' } as const;
const at = (place: EgressPlace, egress: Egress, nameservers: string[] = [], hasServer = true) =>
  egressRules({ table, place, devices: ['nm1'], hasServer, egress, nameservers });
const destinations = (allow: Destination[], deny: Destination[], nameservers: string[] = []) =>
  rulesOf(at(EGRESS_AT_HOST_ENDS, { allow, deny }, nameservers), 'nm_destination');

const ANSWERS = 'ct direction == 01 return';
const DENIED_SETS = [
  'nfproto == 02 ip daddr @nm_denied4 goto nm_forbid',
  'nfproto == 0a ip6 daddr @nm_denied6 goto nm_forbid',
];
const ALLOWED_SETS = ['nfproto == 02 ip daddr @nm_allowed4 return', 'nfproto == 0a ip6 daddr @nm_allowed6 return'];

test('with something allowed the rest is forbidden, and what is denied comes first', () => {
  expect(destinations([network('10.0.0.0/8'), network('fd00::/8')], [network('10.1.0.0/16')])).toEqual([
    ANSWERS,
    'nfproto == 02 ip daddr == 0a01 goto nm_forbid',
    ...DENIED_SETS,
    'nfproto == 02 ip daddr == 0a return',
    'nfproto == 0a ip6 daddr == fd return',
    ...ALLOWED_SETS,
    'goto nm_forbid',
  ]);
});

test.each([
  ['0.0.0.0/0', 'nfproto == 02'],
  ['192.0.2.1', 'nfproto == 02 ip daddr == c0000201'],
  ['192.0.2.1/32', 'nfproto == 02 ip daddr == c0000201'],
  ['192.0.2.129/25', 'nfproto == 02 ip daddr & ffffff80 == c0000280'],
  ['::/0', 'nfproto == 0a'],
  ['2001:db8::ff/121', `nfproto == 0a ip6 daddr & ${'ff'.repeat(15)}80 == 20010db80000000000000000${'0'.repeat(6)}80`],
])('%s', (destination, condition) => {
  expect(destinations([], [network(destination)])[1]).toBe(`${condition} goto nm_forbid`);
});

test.each([
  ['at the host', EGRESS_AT_HOST_ENDS, ['prerouting'], 'iifname'],
  ['inside, its own packets and those of namespaces behind it', EGRESS_INSIDE, ['output', 'forward'], 'oifname'],
] as const)('%s', (_, place, hooks, side) => {
  const commands = at(place, { allow: [], deny: [] });
  const bases = commands.flatMap((command) => (command.kind === 'add chain' && command.base ? [command] : []));
  expect(bases.map(({ base }) => base?.hook)).toEqual(hooks);
  for (const { chain } of bases) expect(rulesOf(commands, chain)).toEqual([`${side} == nm1 goto nm_destination`]);
});

test('where nobody is let in, nobody is answered', () => {
  expect(rulesOf(at(EGRESS_INSIDE, { allow: [], deny: [] }, [], false), 'nm_destination')).toEqual(DENIED_SETS);
});

test('with something denied alone the rest is not forbidden', () => {
  expect(destinations([], [name('ads.example')])).toEqual([ANSWERS, ...DENIED_SETS]);
});

test('the nameservers may be asked, and nothing else there', () => {
  expect(destinations([name('a.example')], [], ['192.0.2.1', 'fd00::1']).slice(1, 3)).toEqual([
    'nfproto == 02 ip daddr == c0000201 l4proto in {06 11} dport == 0035 return',
    `nfproto == 0a ip6 daddr == fd${'0'.repeat(29)}1 l4proto in {06 11} dport == 0035 return`,
  ]);
});

test.each([
  ['allowed', '192.0.2.7', 'nm_allowed4'],
  ['denied', '2001:db8::7', 'nm_denied6'],
] as const)('an address that is %s has its set', (verdict, address, set) => {
  expect(addressSet(verdict, address)).toBe(set);
});
