import { expect, test } from 'vitest';
import { LIMITS_AT_HOST_ENDS, LIMITS_INSIDE, limitRules, quota } from '../../../src/isolation/limits/limit-rules.js';

const inside = limitRules('inet t', ['nm4', 'nm6'], LIMITS_INSIDE, { in: 5_000_000, out: 7, total: 9 });
const atHost = limitRules('inet t', ['nm1', 'nm1v6'], LIMITS_AT_HOST_ENDS, { in: 5_000_000, out: 7, total: 9 });

/** Where a line stands among the commands. */
const place = (commands: readonly string[], part: string) => commands.findIndex((command) => command.includes(part));

test('each place keeps the direction that it sees behind the counting queue, and the total', () => {
  const quotas = (commands: readonly string[]) => commands.filter((command) => command.startsWith('add quota'));
  expect(quotas(inside)).toEqual([
    'add quota inet t nm_max_in { over 5000001 bytes }',
    'add quota inet t nm_max_total { over 10 bytes }',
  ]);
  expect(quotas(atHost)).toEqual([
    'add quota inet t nm_max_out { over 8 bytes }',
    'add quota inet t nm_max_total { over 10 bytes }',
  ]);
});

test('what is not limited has no quota', () => {
  expect(limitRules('inet t', ['nm4'], LIMITS_INSIDE, { out: 1 }).join('\n')).not.toContain('quota');
});

test('a quota that is used up already is over with the next packet', () => {
  expect(quota('inet t', 'total', -20)).toBe('add quota inet t nm_max_total { over 1 bytes }');
});

test.each([
  ['inside', inside, 'hook output priority -140', 'oifname { "nm4", "nm6" } meta oiftype @nm_over goto nm_reject'],
  [
    'at the host',
    atHost,
    'hook prerouting priority -140',
    'iifname { "nm1", "nm1v6" } meta iiftype @nm_over goto nm_reject',
  ],
])('%s the command’s own packets are refused', (_, commands, hook, rule) => {
  expect(place(commands, `add chain inet t nm_refuse { type filter ${hook}`)).toBeGreaterThan(0);
  expect(commands.at(-1)).toContain(rule);
});

test.each([
  ['inside', inside],
  ['at the host', atHost],
])('%s resets pass, TCP gets one, the rest an ICMP error, in this order', (_, commands) => {
  const rules = commands.filter((command) => command.startsWith('add rule inet t nm_reject '));
  expect(rules.map((rule) => rule.replace('add rule inet t nm_reject ', ''))).toEqual([
    'tcp flags & rst == rst return',
    'meta l4proto tcp reject with tcp reset',
    'reject with icmpx admin-prohibited',
  ]);
  expect(commands.join('\n')).toContain('meta l4proto != { tcp, 1, 58 } drop');
});

test('the command’s own multicast, which comes back to it, is not counted inside', () => {
  const looped = place(inside, '224.0.0.0/4');
  expect(looped).toBeGreaterThan(0);
  expect(looped).toBeLessThan(place(inside, 'quota name'));
  expect(place(atHost, '224.0.0.0/4')).toBe(-1);
});
