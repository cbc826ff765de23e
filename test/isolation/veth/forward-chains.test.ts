import { expect, test } from 'vitest';
import { chainsToOpen, forwardChains } from '../../../src/isolation/veth/forward-chains.js';

const listing = `table ip filter {
	chain INPUT {
		type filter hook input priority filter; policy drop;
	}
	chain FORWARD {
		type filter hook forward priority filter; policy drop;
	}
	chain DOCKER-USER {
	}
}
table inet netmeter_4 { # progname nft
	chain nm_forward {
		type filter hook forward priority filter - 10; policy accept;
	}
}
table inet firewalld {
	chain filter_FORWARD {
		type filter hook forward priority filter + 10; policy accept;
	}
}`;

const rule = (table: [string, string], chain: string, ...expr: Record<string, unknown>[]) => ({
  rule: { family: table[0], table: table[1], chain, expr },
});
const firewalld: [string, string] = ['inet', 'firewalld'];
const filter: [string, string] = ['ip', 'filter'];

test('foreign chains at the forward hook', () => {
  expect(forwardChains(listing)).toEqual([
    { family: 'ip', table: 'filter', chain: 'FORWARD', policy: 'drop' },
    { family: 'inet', table: 'firewalld', chain: 'filter_FORWARD', policy: 'accept' },
  ]);
});

test.each([
  ['policy drop', [], ['FORWARD']],
  ['Docker: its own place', [rule(filter, 'FORWARD', { jump: { target: 'DOCKER-USER' } })], ['DOCKER-USER']],
  [
    'a reject behind a jump',
    [
      rule(firewalld, 'filter_FORWARD', { jump: { target: 'deep' } }),
      rule(firewalld, 'deep', { match: {} }, { reject: null }),
    ],
    ['FORWARD', 'filter_FORWARD'],
  ],
  ['a loop of chains', [rule(firewalld, 'filter_FORWARD', { goto: { target: 'filter_FORWARD' } })], ['FORWARD']],
  ['a drop in a chain of another table', [rule(['ip6', 'other'], 'filter_FORWARD', { drop: null })], ['FORWARD']],
])('%s', (_, nftables, expected) => {
  expect(chainsToOpen(forwardChains(listing), { nftables }).map(({ chain }) => chain)).toEqual(expected);
});
