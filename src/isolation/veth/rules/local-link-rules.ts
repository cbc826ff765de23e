import { drop, goTo, rejectWith, remember, reset } from '../../../linux/netlink/netfilter/actions.js';
import type { Command } from '../../../linux/netlink/netfilter/command.js';
import { daddrType, deviceName, iifname, ip, ip6, nfproto, RTN_LOCAL } from '../../../linux/netlink/netfilter/field.js';
import { is, isNot } from '../../../linux/netlink/netfilter/matches.js';
import { ADDRESS_FAMILIES } from '../../../linux/netlink/netfilter/numbers.js';
import { isReset, isTcp } from '../../../linux/netlink/netfilter/packets.js';
import type { TableCommands } from '../../../linux/netlink/netfilter/table-commands.js';

const ASTRAY = [
  { set: 'nm_astray4', family: ADDRESS_FAMILIES.ip, daddr: ip.daddr },
  { set: 'nm_astray6', family: ADDRESS_FAMILIES.ip6, daddr: ip6.daddr },
] as const;

/** The sets of the addresses that the link to this host was to lead to, and does not. */
export const ASTRAY_SETS = ASTRAY.map(({ set }) => set);

/** As many are remembered of each family. */
const MOST = 1024;

/**
 * Keeps the link to this host to this machine's own addresses: a command that is root may route through it as it likes, and
 * what it carries is not external. As it was sent is what counts, before anybody translates it: Docker leads a port of this
 * machine to a container.
 * @param canReject false: the kernel cannot do so where packets arrive (before Linux 5.9), and they are dropped
 */
export function localLinkRules(table: TableCommands, device: string, canReject: boolean): Command[] {
  return [
    ...ASTRAY.map(({ set: name, daddr }) =>
      table.set({ name, key: [daddr], flags: ['dynamic'], size: MOST, counts: true }),
    ),
    table.chain('nm_astray'),
    ...ASTRAY.map(({ set, family, daddr }) =>
      table.rule('nm_astray', is(nfproto, Buffer.of(family)), remember({ op: 'add', set, key: [daddr], counts: true })),
    ),
    ...(canReject ? rejecting(table) : []),
    table.rule('nm_astray', drop),
    table.chain('nm_local', { type: 'filter', hook: 'prerouting', priority: -146 }),
    table.rule('nm_local', is(iifname, deviceName(device)), isNot(daddrType, RTN_LOCAL), goTo('nm_astray')),
  ];
}

const rejecting = (table: TableCommands): Command[] => [
  table.rule('nm_astray', isReset, drop),
  table.rule('nm_astray', isTcp, reset),
  table.rule('nm_astray', rejectWith('admin-prohibited')),
];
