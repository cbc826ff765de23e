import { expect, test } from 'vitest';
import { chainsToOpen } from '../../../../src/isolation/veth/rules/forward-chains.js';
import { attribute } from '../../../../src/linux/netlink/attribute.js';

const FORWARD = { family: 'ip', table: 'mangle', chain: 'FORWARD' } as const;

/** A chain of the old iptables' (iptables-nft) whose only rule has a target. */
const withTarget = (name: string) => ({
  chains: [
    {
      ...FORWARD,
      base: { type: 'filter', hook: 'forward', priority: -150, policy: 'accept' },
    } as const,
  ],
  rules: () => [
    {
      ...FORWARD,
      handle: 1n,
      expressions: [{ kind: 'other', name: 'target', data: attribute(1, Buffer.from(`${name}\0`)) }],
    } as const,
  ],
  elements: () => [],
});

test.each(['LOG', 'MARK', 'TCPMSS', 'DSCP', 'TOS'])('a chain whose target is %s keeps nothing from passing', (name) => {
  expect(chainsToOpen(withTarget(name), 'forward')).toEqual([]);
});

test.each(['REJECT', 'anything else'])('one whose target is %s must be opened', (name) => {
  expect(chainsToOpen(withTarget(name), 'forward')).toEqual([FORWARD]);
});
