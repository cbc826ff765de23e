import { expect, test } from 'vitest';
import {
  LIMITS_AT_HOST_ENDS,
  LIMITS_INSIDE,
  limitRules,
  passedLimits,
  quota,
  refusal,
} from '../../../src/isolation/limits/limit-rules.js';
import { encoded } from '../../../src/linux/netlink/netfilter/codec.js';
import type { Command } from '../../../src/linux/netlink/netfilter/command.js';
import { quota as quotaOf } from '../../../src/linux/netlink/netfilter/simple-expressions.js';
import { TableCommands } from '../../../src/linux/netlink/netfilter/table-commands.js';
import { rulesOf } from '../rule-text.js';

const table = { family: 'inet', table: 't' } as const;
const inside = limitRules(table, ['nm4', 'nm6'], LIMITS_INSIDE, { in: 5_000_000, out: 7, total: 9 });
const atHost = limitRules(table, ['nm1', 'nm1v6'], LIMITS_AT_HOST_ENDS, { in: 5_000_000, out: 7, total: 9 });

const quotas = (commands: readonly Command[]) =>
  commands.flatMap((command) => (command.kind === 'add quota' ? [[command.name, command.over]] : []));

test('each place keeps the direction that it sees behind the counting queue, and the total', () => {
  expect(quotas(inside)).toEqual([
    ['nm_max_in', 5_000_001n],
    ['nm_max_total', 10n],
  ]);
  expect(quotas(atHost)).toEqual([
    ['nm_max_out', 8n],
    ['nm_max_total', 10n],
  ]);
});

test('what is not limited has no quota', () => {
  const commands = limitRules(table, ['nm4'], LIMITS_INSIDE, { out: 1 });
  expect(quotas(commands)).toEqual([]);
  expect(rulesOf(commands, 'nm_spend').some((rule) => rule.includes('quota'))).toBe(false);
});

test('a quota that is used up already is over with the next packet', () => {
  expect(quota(new TableCommands(table), 'total', -20)).toMatchObject({ name: 'nm_max_total', over: 1n });
});

test('what is over is the type of the links, Ethernet', () => {
  expect(refusal(new TableCommands(table))).toMatchObject({
    kind: 'add elements',
    set: 'nm_over',
    keys: [Buffer.of(1, 0)],
  });
});

test.each([
  ['inside', inside, 'output', 'oifname in {nm4 nm6} oiftype @nm_over goto nm_reject'],
  ['at the host', atHost, 'prerouting', 'iifname in {nm1 nm1v6} iiftype @nm_over goto nm_reject'],
])('%s the command’s own packets are refused', (_, commands, hook, rule) => {
  const chain = commands.find((command) => command.kind === 'add chain' && command.chain === 'nm_refuse');
  expect(chain).toMatchObject({ base: { type: 'filter', hook, priority: -140 } });
  expect(rulesOf(commands, 'nm_refuse')).toEqual([rule]);
});

test.each([
  ['inside', inside],
  ['at the host', atHost],
])('%s resets pass, TCP gets one, the rest an ICMP error, in this order', (_, commands) => {
  expect(rulesOf(commands, 'nm_reject')).toEqual([
    'l4proto == 06 tcp flags & 04 == 04 return',
    'nfproto == 02 counter nm_refused_ipv4',
    'nfproto == 0a counter nm_refused_ipv6',
    'l4proto == 06 reject tcp reset 0',
    'reject icmpx 3',
  ]);
  expect(rulesOf(commands, 'nm_hush').at(-1)).toMatch(/l4proto not in \{06 01 3a\} drop$/);
});

test('only at the host’s ends the answers to what is refused cross the link, and are counted', () => {
  expect(rulesOf(inside, 'nm_answer')).toEqual([]);
  const [reset] = rulesOf(atHost, 'nm_answer');
  const over = 'oifname in {nm1 nm1v6} oiftype @nm_over';
  expect(reset).toBe(`${over} l4proto == 06 tcp flags & 04 == 04 nfproto == 02 counter nm_answered_ipv4`);
  expect(rulesOf(atHost, 'nm_answer')).toHaveLength(6);
});

test('a limit is passed when its quota is used up', () => {
  const of = (name: string, consumed: bigint) =>
    ({ table: 't', name, type: 'quota', data: encoded(quotaOf, { bytes: 10n, consumed }) }) as const;
  expect(passedLimits([of('nm_max_out', 9n), of('nm_max_total', 10n)])).toEqual(['total']);
  expect(passedLimits([of('nm_max_in', 11n), of('another', 11n)])).toEqual(['in']);
});

test('the command’s own multicast, which comes back to it, is not counted inside', () => {
  expect(rulesOf(inside, 'nm_spend').map((rule) => rule.split(' ').at(-1))).toEqual([
    'return',
    'return',
    '@nm_over',
    '@nm_over',
  ]);
  expect(rulesOf(inside, 'nm_spend')[0]).toContain('ip daddr in {00000000 e0000000 f0000000 ffffffff}');
  expect(rulesOf(atHost, 'nm_spend').some((rule) => rule.includes('daddr'))).toBe(false);
});
