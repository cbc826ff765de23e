import { expect, test } from 'vitest';
import { countingRules } from '../../../src/isolation/ports/counting-rules.js';
import { rulesOf } from '../rule-text.js';

test('a rule each way for each protocol that has ports', () => {
  const commands = countingRules([
    { port: 5432, protocol: 'tcp' },
    { port: 6379, protocol: 'tcp' },
    { port: 53, protocol: 'udp' },
  ]);
  expect(rulesOf(commands, 'arriving')).toEqual([
    'iifname == lo l4proto == 06 dport in {1538 18eb} counter to_host',
    'iifname == lo l4proto == 06 sport in {1538 18eb} counter from_host',
    'iifname == lo l4proto == 11 dport == 0035 counter to_host',
    'iifname == lo l4proto == 11 sport == 0035 counter from_host',
  ]);
});

test('no ports of a protocol, no rules for it', () => {
  expect(rulesOf(countingRules([{ port: 53, protocol: 'udp' }]), 'arriving')).toHaveLength(2);
});
