import { IPPROTO } from '../../linux/ip/ip-protocols.js';
import { leave, rejectWith, reset } from '../../linux/netlink/netfilter/actions.js';
import type { Command, TableName } from '../../linux/netlink/netfilter/command.js';
import { l4proto, thOctets } from '../../linux/netlink/netfilter/field.js';
import { is } from '../../linux/netlink/netfilter/matches.js';
import { isReset, isTcp } from '../../linux/netlink/netfilter/packets.js';
import type { Statement } from '../../linux/netlink/netfilter/statement.js';
import { TableCommands } from '../../linux/netlink/netfilter/table-commands.js';
import { BlockedCounters } from './blocked-counters.js';

/** What was refused of the command's own, what was kept from it, and what it was answered for the former. */
export const REFUSED = new BlockedCounters('nm_refused');
export const HUSHED = new BlockedCounters('nm_hushed');
export const ANSWERED = new BlockedCounters('nm_answered');

/** A chain that refuses so that a program hears of it at once: TCP by a reset, never a reset itself. */
export function rejectChain(name: TableName): Command[] {
  const table = new TableCommands(name);
  return [
    table.chain('nm_reject'),
    table.rule('nm_reject', isReset, leave),
    ...REFUSED.rules(name, 'nm_reject'),
    table.rule('nm_reject', isTcp, reset),
    table.rule('nm_reject', rejectWith('admin-prohibited')),
  ];
}

/** The answers to what is refused at the host's ends cross the link, though nobody outside has sent them. */
export const answerRules = (name: TableName, over: readonly Statement[]): Command[] => [
  new TableCommands(name).chain('nm_answer', { type: 'filter', hook: 'output', priority: 0 }),
  ...ANSWERS.flatMap((answer) => ANSWERED.rules(name, 'nm_answer', ...over, ...answer)),
];

/** A reset; "communication administratively prohibited" (RFC 1812, RFC 4443). */
const ANSWERS: readonly (readonly Statement[])[] = [
  [isReset],
  [is(l4proto, Buffer.of(IPPROTO.icmp)), is(thOctets(0, 2), Buffer.of(3, 13))],
  [is(l4proto, Buffer.of(IPPROTO.icmpv6)), is(thOctets(0, 2), Buffer.of(1, 1))],
];
