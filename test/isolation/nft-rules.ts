import { EGRESS_AT_HOST_ENDS, egressRules } from '../../src/isolation/limits/egress-rules.js';
import { LIMITS_AT_HOST_ENDS, LIMITS_INSIDE, limitRules } from '../../src/isolation/limits/limit-rules.js';
import { questionsTo } from '../../src/isolation/names/name-relays.js';
import { OFFLINE_TABLE, refuseRules } from '../../src/isolation/offline/refuse-rules.js';
import { countingRules, PORTS_TABLE } from '../../src/isolation/ports/counting-rules.js';
import { REFUSED_TABLE, refusalRules } from '../../src/isolation/ports/refusal-rules.js';
import { AT_TAP, remoteRules } from '../../src/isolation/remotes/remote-rules.js';
import { linkPlans } from '../../src/isolation/veth/links/subnet.js';
import { natRules } from '../../src/isolation/veth/rules/nat-rules.js';
import { destineTo } from '../../src/linux/netlink/netfilter/actions.js';
import type { Command, TableName } from '../../src/linux/netlink/netfilter/command.js';
import { deviceName, iifname, oifname } from '../../src/linux/netlink/netfilter/field.js';
import { is } from '../../src/linux/netlink/netfilter/matches.js';
import { TableCommands } from '../../src/linux/netlink/netfilter/table-commands.js';

const table: TableName = { family: 'inet', table: 'netmeter_77' };
const inside = (name: string): TableName => ({ family: 'inet', table: name });
const links = { number: 77, plans: linkPlans(77, true) };
const limits = { in: 1000, out: 2000, total: 3000 };

function names(): Command[] {
  const commands = new TableCommands(inside('netmeter_names'));
  const tap = is(oifname, deviceName('nm0'));
  return [
    commands.chain('nm_names', { type: 'nat', hook: 'output', priority: -100 }),
    commands.rule('nm_names', ...questionsTo('192.0.2.53', tap), destineTo('192.0.2.1', 4444)),
    commands.rule('nm_names', ...questionsTo('2001:db8::53', tap), destineTo('2001:db8::1', 4444)),
  ];
}

/** What each user of nftables makes, by the name of its fixtures: nft(8)'s own messages for the same, and its text of it. */
export const MADE: Readonly<Record<string, readonly Command[]>> = {
  nat: [
    new TableCommands(table).add({ isOwned: false }),
    ...natRules(
      links,
      ['eth0'],
      [
        { host: 80, inner: 8080, protocol: 'tcp' },
        { address: '192.0.2.9', host: 53, inner: 5353, protocol: 'udp' },
        { address: '2001:db8::9', host: 53, inner: 5353, protocol: 'udp' },
      ],
    ),
  ],
  remotes: [
    new TableCommands(table).add({ isOwned: false }),
    ...remoteRules({
      table,
      links: [
        { family: '4', device: 'nm77' },
        { family: '6', device: 'nm77v6' },
      ],
      hasServer: true,
      sent: { hook: 'prerouting', priority: -150, device: iifname },
      received: { hook: 'postrouting', priority: 200, device: oifname },
    }),
  ],
  'remotes-inside': [
    new TableCommands(inside('netmeter_remotes')).add({ isOwned: false }),
    ...remoteRules({
      table: inside('netmeter_remotes'),
      links: [{ family: '4', device: 'nm0' }],
      hasServer: false,
      ...AT_TAP,
    }),
  ],
  limits: [
    new TableCommands(table).add({ isOwned: false }),
    ...limitRules(table, ['nm77', 'nm77v6'], LIMITS_AT_HOST_ENDS, limits),
  ],
  'limits-inside': [
    new TableCommands(inside('netmeter_limits')).add({ isOwned: false }),
    ...limitRules(inside('netmeter_limits'), ['nm4', 'nm6'], LIMITS_INSIDE, limits),
  ],
  egress: [
    new TableCommands(table).add({ isOwned: false }),
    ...egressRules({
      table,
      place: EGRESS_AT_HOST_ENDS,
      devices: ['nm77', 'nm77v6'],
      hasServer: true,
      egress: {
        allow: [
          { kind: 'network', family: '4', network: '203.0.113.0/24' },
          { kind: 'network', family: '4', network: '203.0.112.0/20' },
          { kind: 'network', family: '6', network: '2001:db8::/33' },
          { kind: 'name', pattern: 'a' },
        ],
        deny: [
          { kind: 'network', family: '4', network: '192.0.2.1' },
          { kind: 'network', family: '6', network: '2001:db8::1' },
        ],
      },
      nameservers: ['192.0.2.53', '2001:db8::53'],
    }),
  ],
  ports: [
    new TableCommands(PORTS_TABLE).add({ isOwned: false }),
    ...countingRules([
      { port: 80, protocol: 'tcp' },
      { port: 5432, protocol: 'tcp' },
      { port: 53, protocol: 'udp' },
    ]),
  ],
  offline: [new TableCommands(OFFLINE_TABLE).add({ isOwned: false }), ...refuseRules()],
  refused: [new TableCommands(REFUSED_TABLE).add({ isOwned: false }), ...refusalRules([80, 443])],
  names: [new TableCommands(inside('netmeter_names')).add({ isOwned: false }), ...names()],
};
