import { passTo } from '../../linux/netlink/netfilter/actions.js';
import type { Command, TableName } from '../../linux/netlink/netfilter/command.js';
import { deviceName, iifname, tcpPorts, udpPorts } from '../../linux/netlink/netfilter/field.js';
import { is, isAmong } from '../../linux/netlink/netfilter/matches.js';
import { TableCommands } from '../../linux/netlink/netfilter/table-commands.js';
import { be16 } from '../../linux/netlink/values.js';
import type { HostPort } from './ports.js';

export const PORTS_TABLE: TableName = { family: 'inet', table: 'netmeter_ports' };

/** Names of the counters. */
export const TO_HOST = 'to_host';
export const FROM_HOST = 'from_host';

/** Before fragments are put together. */
const FIRST = -450;

/** What counts the packets of ports at a namespace's loopback, where they arrive: as many as its device counts. */
export function countingRules(ports: readonly HostPort[]): Command[] {
  const table = new TableCommands(PORTS_TABLE);
  const arrived = is(iifname, deviceName('lo'));
  const rules = (['tcp', 'udp'] as const).flatMap((protocol) => {
    const numbers = ports.filter((each) => each.protocol === protocol).map(({ port }) => be16(port));
    if (numbers.length === 0) return [];
    const { sport, dport } = protocol === 'tcp' ? tcpPorts : udpPorts;
    return [
      table.rule('arriving', arrived, isAmong(dport, numbers), passTo('counter', TO_HOST)),
      table.rule('arriving', arrived, isAmong(sport, numbers), passTo('counter', FROM_HOST)),
    ];
  });
  return [
    table.counter(TO_HOST),
    table.counter(FROM_HOST),
    table.chain('arriving', { type: 'filter', hook: 'prerouting', priority: FIRST }),
    ...rules,
  ];
}
