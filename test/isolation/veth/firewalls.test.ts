import { expect, test } from 'vitest';
import { chainsToOpen, forwardChains } from '../../../src/isolation/veth/forward-chains.js';

/** Rulesets as `nft -j list ruleset` prints them, cut down to what decides. */
type Expression = Readonly<Record<string, unknown>>;
type Chain = { readonly base?: 'accept' | 'drop'; readonly rules?: readonly Expression[][] };
type Tables = Readonly<Record<string, Readonly<Record<string, Chain>>>>;

const jump = (target: string) => ({ jump: { target } });
const iifname = (right: string) => ({ match: { op: '==', left: { meta: { key: 'iifname' } }, right } });
const counter = { counter: { packets: 0, bytes: 0 } };
const accept = { accept: null };
const drop = { drop: null };

/** What `nft list chains` prints of the tables. */
function listing(tables: Tables): string {
  return Object.entries(tables)
    .map(([table, chains]) => {
      const lines = Object.entries(chains).map(([chain, { base }]) => {
        const hook = base ? `\t\ttype filter hook forward priority filter; policy ${base};\n` : '';
        return `\tchain ${chain} {\n${hook}\t}\n`;
      });
      return `table ${table} {\n${lines.join('')}}\n`;
    })
    .join('');
}

/** What `nft -j list ruleset` prints of them. */
function ruleset(tables: Tables): { nftables: Expression[] } {
  const rules = Object.entries(tables).flatMap(([key, chains]) => {
    const [family = '', table = ''] = key.split(' ');
    return Object.entries(chains).flatMap(([chain, { rules = [] }]) => [
      { chain: { family, table, name: chain } },
      ...rules.map((expr, handle) => ({ rule: { family, table, chain, handle, expr } })),
    ]);
  });
  return { nftables: [{ metainfo: { json_schema_version: 1 } }, ...rules] };
}

const docker: Tables = {
  'ip filter': {
    'DOCKER-USER': { rules: [[counter, { return: null }]] },
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
    filter_FORWARD_POLICIES: { rules: [[iifname('eth0'), { goto: { target: 'filter_FWD_public' } }]] },
    filter_FWD_public: { rules: [[accept], [{ reject: { type: 'icmpx', expr: 'admin-prohibited' } }]] },
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
          rules: [[{ vmap: { key: { meta: { key: 'iifname' } }, data: { set: [['eth1', drop]] } } }]],
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
          rules: [[{ vmap: { key: { meta: { key: 'iifname' } }, data: { set: [['eth0', jump('deep')]] } } }]],
        },
        deep: { rules: [[{ reject: { type: 'icmp', expr: 'port-unreachable' } }]] },
      },
    },
    ['ip f forward'],
  ],
  [
    'REJECT of iptables-nft, which nft knows by its name alone',
    { 'ip filter': { FORWARD: { base: 'accept', rules: [[counter, { xt: { type: 'target', name: 'REJECT' } }]] } } },
    ['ip filter FORWARD'],
  ],
  [
    'a statement of iptables-nft that an older nft does not tell at all',
    { 'ip filter': { FORWARD: { base: 'accept', rules: [[counter, { xt: null }]] } } },
    ['ip filter FORWARD'],
  ],
])('%s', (_, tables, expected) => {
  const chosen = chainsToOpen(forwardChains(listing(tables)), ruleset(tables));
  expect(chosen.map(({ family, table, chain }) => `${family} ${table} ${chain}`)).toEqual(expected);
});

test('chains of other hooks and types are not asked', () => {
  const text =
    'table ip nat {\n\tchain POSTROUTING {\n\t\ttype nat hook postrouting priority srcnat; policy accept;\n\t}\n}\n' +
    'table inet f {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t}\n}\n';
  expect(forwardChains(text)).toEqual([]);
  expect(forwardChains('')).toEqual([]);
});

test('a statement that nft prints as text, for want of a JSON form, is no reason to fail', () => {
  const rule = { family: 'inet', table: 'f', chain: 'forward', expr: ['frobnicate', drop] };
  const chains = forwardChains(listing({ 'inet f': { forward: { base: 'accept' } } }));
  const opened = chainsToOpen(chains, { nftables: [{ rule }] });
  expect(opened).toEqual([{ family: 'inet', table: 'f', chain: 'forward' }]);
});
