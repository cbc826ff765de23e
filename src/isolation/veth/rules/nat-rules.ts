import { accept, drop, masquerade } from '../../../linux/netlink/netfilter/actions.js';
import type { Command, TableName } from '../../../linux/netlink/netfilter/command.js';
import {
  CT_STATE,
  CT_STATUS,
  ctState,
  ctStatus,
  deviceName,
  devicePrefix,
  iifname,
  oifname,
} from '../../../linux/netlink/netfilter/field.js';
import { hasAnyOf, is, isAmong, isNot, isNotAmong } from '../../../linux/netlink/netfilter/matches.js';
import { toMany } from '../../../linux/netlink/netfilter/packets.js';
import { TableCommands } from '../../../linux/netlink/netfilter/table-commands.js';
import { u32 } from '../../../linux/netlink/values.js';
import type { PublishedPort } from '../../ports/ports.js';
import { hostDevices, type Links } from '../links/make-links.js';
import { publishRules } from './publish-rules.js';

export const tableName = ({ number }: Links): TableName => ({ family: 'inet', table: `netmeter_${number}` });

/** The chains of a run's table. @param switchedOn devices that forward only because netmeter has it so */
export function natRules(
  links: Links,
  switchedOn: readonly string[],
  published: readonly PublishedPort[] = [],
): Command[] {
  const table = new TableCommands(tableName(links));
  const ours = hostDevices(links).map(deviceName);
  const fromUs = isAmong(iifname, ours);
  const toUs = isAmong(oifname, ours);
  return [
    table.chain('nm_nat', { type: 'nat', hook: 'postrouting', priority: 100 }),
    table.rule('nm_nat', fromUs, isNotAmong(oifname, ours), masquerade),
    table.chain('nm_forward', { type: 'filter', hook: 'forward', priority: -10 }),
    // Nobody outside opens a connection into the namespace, but to what is published.
    table.rule('nm_forward', toUs, hasAnyOf(ctStatus, u32(CT_STATUS.dnat)), accept),
    table.rule('nm_forward', toUs, hasAnyOf(ctState, u32(CT_STATE.new)), drop),
    ...publishRules(table, ours, links.plans, published),
    // Between others such a device must go on not to forward.
    ...switchedOn.map((device) =>
      table.rule('nm_forward', is(iifname, deviceName(device)), isNot(oifname, devicePrefix('nm')), drop),
    ),
    // The host's own multicast (MLD, mDNS, router advertisements) is not the command's traffic.
    table.chain('nm_output', { type: 'filter', hook: 'output', priority: 0 }),
    table.rule('nm_output', toUs, toMany.ipv4, drop),
    table.rule('nm_output', toUs, toMany.ipv6, drop),
  ];
}
