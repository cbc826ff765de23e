import { expect, test } from 'vitest';
import { linkPlans } from '../../../../src/isolation/veth/links/subnet.js';
import { publishRules } from '../../../../src/isolation/veth/rules/publish-rules.js';
import { deviceName } from '../../../../src/linux/netlink/netfilter/field.js';
import { TableCommands } from '../../../../src/linux/netlink/netfilter/table-commands.js';
import { rulesOf } from '../../rule-text.js';

const table = new TableCommands({ family: 'inet', table: 't' });
const rules = (...published: Parameters<typeof publishRules>[3]) =>
  rulesOf(publishRules(table, [deviceName('nm0')], linkPlans(0, true), published), 'nm_publish');

const INNER4 = 'c6120002';
const INNER6 = 'fd6e65746d6500000000000000000002';

test('nothing published, no chain', () => {
  expect(publishRules(table, [], linkPlans(0, true), [])).toEqual([]);
});

test('at all addresses of this machine, of both families', () => {
  expect(rules({ host: 8080, inner: 80, protocol: 'tcp' })).toEqual([
    `iifname != nm0 nfproto == 02 daddr type == 02000000 l4proto == 06 dport == 1f90 = ${INNER4} = 0050 nat`,
    `iifname != nm0 nfproto == 0a daddr type == 02000000 l4proto == 06 dport == 1f90 = ${INNER6} = 0050 nat`,
  ]);
});

test.each([
  ['192.0.2.1', `nfproto == 02 ip daddr == c0000201 l4proto == 11 dport == 0035 = ${INNER4} = 14e9 nat`],
  ['fd00::1', `nfproto == 0a ip6 daddr == fd${'0'.repeat(29)}1 l4proto == 11 dport == 0035 = ${INNER6} = 14e9 nat`],
])('at %s alone', (address, rule) => {
  expect(rules({ address, host: 53, inner: 5353, protocol: 'udp' })).toEqual([`iifname != nm0 ${rule}`]);
});
