import { expect, test } from 'vitest';
import { domainObstacles } from '../../../src/isolation/obstacles/domain-obstacles.js';
import { legacyObstacles } from '../../../src/isolation/obstacles/legacy-obstacles.js';
import { ruleObstacles } from '../../../src/isolation/obstacles/rule-obstacles.js';
import { type Switches, switchObstacles } from '../../../src/isolation/obstacles/switch-obstacles.js';
import type { LegacyTable } from '../../../src/linux/legacy-tables/decode-table.js';
import type { PolicyRule } from '../../../src/linux/netlink/route/policy-rules.js';

const rule = (rest: Partial<PolicyRule> = {}): PolicyRule => ({
  family: 'ipv4',
  priority: 100,
  action: 'table',
  table: 7,
  isInverted: false,
  hasSource: false,
  ...rest,
});

test.each<[string, PolicyRule, number, string | undefined]>([
  ['the kernel’s own', rule({ table: 254 }), 1000, undefined],
  ['wg-quick’s', rule({ isInverted: true, mark: { value: 51820, mask: 0xffffffff } }), 1000, undefined],
  ['Tailscale’s', rule({ mark: { value: 0x80000, mask: 0xff0000 } }), 0, undefined],
  ['by the source, which is rewritten before it leaves', rule({ hasSource: true }), 1000, undefined],
  ['for what came in by a device', rule({ inDevice: 'eth1' }), 1000, undefined],
  ['for sockets bound to a device', rule({ outDevice: 'eth1' }), 1000, undefined],
  ['for the user', rule({ users: [1000, 1000] }), 1000, 'the packets of user 1000'],
  ['for a range with the user', rule({ users: [1000, 1999] }), 1500, 'users 1000 to 1999'],
  ['for another user', rule({ users: [1001, 1001] }), 1000, undefined],
  ['for another user, but root can become any', rule({ users: [1001, 1001] }), 0, 'user 1001'],
  ['for everybody', rule({ users: [0, 0xfffffffe] }), 0, undefined],
  ['for the user and root, as whose all forwarded packets count', rule({ users: [0, 1000] }), 1000, undefined],
  ['for root, as whose all forwarded packets count', rule({ users: [0, 0] }), 1000, 'user 0'],
  ['for everybody but root', rule({ users: [1, 0xfffffffe] }), 1000, 'users 1 to'],
  ['for what is made here', rule({ inDevice: 'lo', family: 'ipv6' }), 1000, 'ip -6 rule'],
  ['without an effect', rule({ inDevice: 'lo', action: 'nop' }), 1000, undefined],
  ['that refuses', rule({ users: [1000, 1000], action: 'prohibit' }), 1000, 'the routing rule 100'],
])('a routing rule %s', (_, each, uid, said) => {
  const found = ruleObstacles([each], uid);
  if (said === undefined) expect(found).toEqual([]);
  else {
    expect(found).toMatchObject([{ kind: 'evades' }]);
    expect(found[0]?.reason).toContain(said);
  }
});

const free: Switches = { areWritable: true, off: [], refusesIpv6: false, lacksIpv6: false, mostNamespaces: 1000 };

test.each<[string, Partial<Switches>, string[]]>([
  ['nothing', {}, []],
  ['switches that are off can be switched on', { off: ['ipv4/conf/eth0/forwarding'] }, []],
  ['nothing need be switched on', { areWritable: false }, []],
  ['IPv4 cannot be forwarded', { areWritable: false, off: ['ipv4/conf/eth0/forwarding'] }, ['(net.ipv4.ip_forward)']],
  ['IPv6 cannot', { areWritable: false, off: ['ipv6/conf/eth0/force_forwarding'] }, ['(net.ipv6.conf.all.forwarding)']],
  ['new devices have no IPv6', { refusesIpv6: true }, ['disable_ipv6']],
  ['no namespaces', { mostNamespaces: 0 }, ['max_net_namespaces']],
  ['a kernel without that limit', { mostNamespaces: undefined }, []],
])('switches: %s', (_, switches, said) => {
  const found = switchObstacles({ ...free, ...switches });
  expect(found.map(({ kind }) => kind)).toEqual(said.map(() => 'cannot'));
  found.forEach(({ reason }, index) => {
    expect(reason).toContain(said[index]);
  });
});

const legacy = (name: string, chains: LegacyTable['chains'], family: 'ip' | 'ip6' = 'ip'): LegacyTable => ({
  family,
  name,
  chains,
});
const open = { policy: 'accept', targets: [] } as const;

test.each<[string, LegacyTable, boolean, string[]]>([
  ['an empty filter', legacy('filter', { forward: open, output: open }), true, []],
  ['a filter that forwards nothing', legacy('filter', { forward: { ...open, policy: 'drop' } }), true, ['filter on']],
  ['Docker’s', legacy('filter', { forward: { ...open, targets: ['JUMP'] } }), true, ['filter on']],
  ['that accepts', legacy('filter', { forward: { ...open, targets: ['ACCEPT', 'RETURN'] } }), true, []],
  ['that sets the MSS', legacy('mangle', { forward: { ...open, targets: ['TCPMSS'] } }), true, []],
  [
    'that drops what is sent',
    legacy('filter', { output: { ...open, policy: 'drop' } }),
    true,
    ['OUTPUT of table filter refuses'],
  ],
  [
    'that redirects it',
    legacy('nat', { output: { ...open, targets: ['ACCEPT', 'JUMP'] } }, 'ip6'),
    true,
    ['ip6tables chain OUTPUT of table nat redirects'],
  ],
  ['that marks it', legacy('mangle', { output: { ...open, targets: ['MARK'] } }), true, ['marks']],
  ['that marks it for nobody', legacy('mangle', { output: { ...open, targets: ['MARK', 'JUMP'] } }), false, []],
])('a legacy table, %s', (_, table, marksMatter, said) => {
  const reasons = legacyObstacles([table], marksMatter).map(({ reason }) => reason);
  expect(reasons).toEqual(said.map((part) => expect.stringContaining(part)));
});

test.each([
  ['0::/\n', undefined],
  ['0::/user.slice/vrf/\n', undefined],
  ['0::/user.slice/session-1.scope/vrf/red\n', 'red'],
  ['4:memory:/vrf/blue\n0::/vrf/red/job\n', 'red'],
])('a routing domain in %j', (cgroup, name) => {
  const reasons = domainObstacles(cgroup).map(({ reason }) => reason);
  expect(reasons).toEqual(name === undefined ? [] : [expect.stringContaining(`routing domain ${name} `)]);
});

test('IPv6 that is not forwarded is lacked, which keeps no namespace from starting', () => {
  expect(switchObstacles({ ...free, lacksIpv6: true })).toMatchObject([{ kind: 'lacks' }]);
});
