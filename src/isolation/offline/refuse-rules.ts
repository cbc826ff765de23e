import { accept, rejectWith, remember, reset } from '../../linux/netlink/netfilter/actions.js';
import type { Command, TableName } from '../../linux/netlink/netfilter/command.js';
import { daddrType, ip, ip6, l4proto, nfproto, RTN_LOCAL, thDport } from '../../linux/netlink/netfilter/field.js';
import { is } from '../../linux/netlink/netfilter/matches.js';
import { ADDRESS_FAMILIES } from '../../linux/netlink/netfilter/numbers.js';
import { hasPorts, isTcp } from '../../linux/netlink/netfilter/packets.js';
import { TableCommands } from '../../linux/netlink/netfilter/table-commands.js';

export const OFFLINE_TABLE: TableName = { family: 'inet', table: 'netmeter_offline' };

const ATTEMPTS = [
  { set: 'tried4', family: ADDRESS_FAMILIES.ip, daddr: ip.daddr },
  { set: 'tried6', family: ADDRESS_FAMILIES.ip6, daddr: ip6.daddr },
] as const;

/** The sets that remember what was refused. */
export const ATTEMPT_SETS = ATTEMPTS.map(({ set }) => set);

/** As many different destinations are remembered of each family. */
const MOST_ATTEMPTS = 65_535;

/**
 * Whatever is not for an address inside is remembered and refused, so that it fails at once: TCP by a reset, because an
 * ICMP error that meets a connect in the making would only be noted.
 */
export function refuseRules(): Command[] {
  const table = new TableCommands(OFFLINE_TABLE);
  return [
    ...ATTEMPTS.map(({ set: name, daddr }) =>
      table.set({ name, key: [daddr, l4proto, thDport], flags: ['dynamic'], size: MOST_ATTEMPTS, counts: true }),
    ),
    table.chain('out', { type: 'filter', hook: 'output', priority: 0 }),
    table.rule('out', is(daddrType, RTN_LOCAL), accept),
    ...ATTEMPTS.map(({ set, family, daddr }) =>
      table.rule(
        'out',
        hasPorts,
        is(nfproto, Buffer.of(family)),
        remember({ op: 'add', set, key: [daddr, l4proto, thDport], counts: true }),
      ),
    ),
    table.rule('out', isTcp, reset),
    table.rule('out', rejectWith('no-route')),
  ];
}
