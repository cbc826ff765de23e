import { expect, test } from 'vitest';
import { legacyObstacles } from '../../../src/isolation/obstacles/legacy-obstacles.js';
import { ruleObstacles } from '../../../src/isolation/obstacles/rule-obstacles.js';
import { type Switches, switchObstacles } from '../../../src/isolation/obstacles/switch-obstacles.js';
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

test.each([
  ['', 0],
  ['nat\nmangle\n', 0],
  ['nat\nfilter\n', 1],
])('legacy tables %j', (names, count) => {
  expect(legacyObstacles(names)).toHaveLength(count);
});

test('IPv6 that is not forwarded is lacked, which keeps no namespace from starting', () => {
  expect(switchObstacles({ ...free, lacksIpv6: true })).toMatchObject([{ kind: 'lacks' }]);
});
