import { expect, test } from 'vitest';
import type { Firewall } from '../../../src/isolation/tools/firewall/firewall.js';
import { chainsToOpen } from '../../../src/isolation/veth/rules/forward-chains.js';
import { attribute } from '../../../src/linux/netlink/attribute.js';
import type { Element } from '../../../src/linux/netlink/netfilter/definitions.js';
import type { Expression } from '../../../src/linux/netlink/netfilter/expression.js';
import type { AddressFamily } from '../../../src/linux/netlink/netfilter/numbers.js';
import { string } from '../../../src/linux/netlink/values.js';

/** Rulesets as the kernel lists them, cut down to what decides. */
type Chain = { readonly base?: 'accept' | 'drop'; readonly rules?: readonly Expression[][] };
type Tables = Readonly<Record<string, Readonly<Record<string, Chain>>>>;

const verdict = (code: 'accept' | 'drop' | 'return' | 'jump' | 'goto', chain?: string): Expression => ({
  kind: 'immediate',
  to: 0,
  data: { verdict: { code, ...(chain !== undefined && { chain }) } },
});
const jump = (target: string) => verdict('jump', target);
const iifname = (name: string): Expression => ({ kind: 'cmp', from: 1, op: '==', data: Buffer.from(name) });
const counter: Expression = { kind: 'counter', packets: 0n, bytes: 0n };
const accept = verdict('accept');
const drop = verdict('drop');
const reject: Expression = { kind: 'reject', type: 'icmpx', code: 3 };
/** A verdict map. */
const map = (set: string): Expression => ({ kind: 'lookup', set, from: 1, to: 0 });
/** An extension of the old iptables. */
const target = (name: string): Expression => ({ kind: 'other', name: 'target', data: attribute(1, string(name)) });

const MAPS: Readonly<Record<string, Element>> = {
  drops: { key: Buffer.from('eth1'), data: { verdict: { code: 'drop' } } },
  jumps: { key: Buffer.from('eth0'), data: { verdict: { code: 'jump', chain: 'deep' } } },
};

/** A machine with these tables; a hook of its own in all base chains. */
function machine(tables: Tables, hook: 'forward' | 'input' = 'forward', type = 'filter'): Firewall {
  const each = Object.entries(tables).flatMap(([key, chains]) => {
    const [family = '', table = ''] = key.split(' ');
    return Object.entries(chains).map(([chain, made]) => ({ ...made, chain, table, family: family as AddressFamily }));
  });
  return {
    chains: each.map(({ base, rules: _, ...name }) =>
      base ? { ...name, base: { type, hook, priority: 0, policy: base } } : name,
    ),
    rules: ({ family, table }) =>
      each
        .filter((made) => made.family === family && made.table === table)
        .flatMap(({ rules = [], chain }) => rules.map((expressions) => ({ family, table, chain, expressions }))),
    elements: (_, set) => (MAPS[set] ? [MAPS[set]] : []),
  };
}

const docker: Tables = {
  'ip filter': {
    'DOCKER-USER': { rules: [[counter, verdict('return')]] },
    'DOCKER-ISOLATION-STAGE-1': { rules: [[iifname('docker0'), counter, jump('DOCKER-ISOLATION-STAGE-2')]] },
    'DOCKER-ISOLATION-STAGE-2': { rules: [[counter, drop]] },
    FORWARD: {
      base: 'drop',
      rules: [
        [counter, jump('DOCKER-USER')],
        [counter, jump('DOCKER-ISOLATION-STAGE-1')],
      ],
    },
  },
};
const ufw: Tables = {
  'ip filter': { 'ufw-user-forward': {}, FORWARD: { base: 'drop', rules: [[counter, jump('ufw-user-forward')]] } },
  'ip6 filter': { 'ufw6-user-forward': {}, FORWARD: { base: 'drop', rules: [[counter, jump('ufw6-user-forward')]] } },
};
const firewalld: Tables = {
  'inet firewalld': {
    filter_FORWARD: { base: 'accept', rules: [[jump('filter_FORWARD_POLICIES')], [accept]] },
    filter_FORWARD_POLICIES: { rules: [[iifname('eth0'), verdict('goto', 'filter_FWD_public')]] },
    filter_FWD_public: { rules: [[accept], [reject]] },
  },
};

test.each<[string, Tables, string[]]>([
  ['Docker: the place it keeps for others', docker, ['ip filter DOCKER-USER']],
  ['ufw: both families', ufw, ['ip filter FORWARD', 'ip6 filter FORWARD']],
  ['firewalld: a reject behind a jump and a goto', firewalld, ['inet firewalld filter_FORWARD']],
  ['Docker beside firewalld', { ...docker, ...firewalld }, ['ip filter DOCKER-USER', 'inet firewalld filter_FORWARD']],
  [
    'rules that only accept',
    { 'inet f': { forward: { base: 'accept', rules: [[accept], [counter, jump('x')]] }, x: { rules: [[accept]] } } },
    [],
  ],
  ['no rules', { 'inet f': { forward: { base: 'accept' } } }, []],
  [
    'a drop that no forwarded packet reaches',
    { 'inet f': { forward: { base: 'accept' }, other: { rules: [[drop]] } } },
    [],
  ],
  ['another run', { 'inet netmeter_12': { nm_forward: { base: 'accept', rules: [[iifname('nm12'), drop]] } } }, []],
  ['a table that is only named like one', { 'inet netmeter_': { f: { base: 'drop' } } }, ['inet netmeter_ f']],
  [
    'chains that jump to each other',
    {
      'inet f': {
        forward: { base: 'accept', rules: [[jump('a')]] },
        a: { rules: [[jump('b')]] },
        b: { rules: [[jump('a')], [drop]] },
      },
    },
    ['inet f forward'],
  ],
  [
    'DOCKER-USER of another table',
    { ...docker, 'inet f': { forward: { base: 'drop' } } },
    ['ip filter DOCKER-USER', 'inet f forward'],
  ],
  [
    'a verdict map that drops',
    {
      'inet f': {
        forward: {
          base: 'accept',
          rules: [[map('drops')]],
        },
      },
    },
    ['inet f forward'],
  ],
  [
    'a verdict map that jumps to a reject',
    {
      'ip f': {
        forward: {
          base: 'accept',
          rules: [[map('jumps')]],
        },
        deep: { rules: [[reject]] },
      },
    },
    ['ip f forward'],
  ],
  ['a map that holds nothing', { 'inet f': { forward: { base: 'accept', rules: [[map('empty')]] } } }, []],
  [
    'REJECT of iptables-nft',
    { 'ip filter': { FORWARD: { base: 'accept', rules: [[counter, target('REJECT')]] } } },
    ['ip filter FORWARD'],
  ],
  ['LOG of iptables-nft', { 'ip filter': { FORWARD: { base: 'accept', rules: [[counter, target('LOG')]] } } }, []],
  ['a bridge, whose packets are not routed', { 'bridge f': { forward: { base: 'drop' } } }, []],
])('%s', (_, tables, expected) => {
  const chosen = chainsToOpen(machine(tables), 'forward');
  expect(chosen.map(({ family, table, chain }) => `${family} ${table} ${chain}`)).toEqual(expected);
});

test('chains of other hooks and types are not asked', () => {
  const tables: Tables = { 'ip filter': { INPUT: { base: 'drop' } } };
  expect(chainsToOpen(machine(tables, 'input'), 'forward')).toEqual([]);
  expect(chainsToOpen(machine(tables, 'input'), 'input')).toEqual([{ family: 'ip', table: 'filter', chain: 'INPUT' }]);
  expect(chainsToOpen(machine(tables, 'forward', 'nat'), 'forward')).toEqual([]);
});
