import { addressBytes } from '../../linux/ip/ip-address.js';
import { remember } from '../../linux/netlink/netfilter/actions.js';
import type { Command, TableName } from '../../linux/netlink/netfilter/command.js';
import { deviceName, iifname, ip, ip6, TCP_FLAGS, tcpFlags, tcpPorts } from '../../linux/netlink/netfilter/field.js';
import { bitsAre, is, isAmong, isInNetwork } from '../../linux/netlink/netfilter/matches.js';
import { TableCommands } from '../../linux/netlink/netfilter/table-commands.js';
import { be16 } from '../../linux/netlink/values.js';

export const REFUSED_TABLE: TableName = { family: 'inet', table: 'netmeter_refused' };

/** The set of ports that refused. */
export const REFUSED_SET = 'refused';

/** Different ones are remembered. */
const MOST = 1024;

const LOOPBACK = [isInNetwork(ip.saddr, addressBytes('127.0.0.0'), 8), is(ip6.saddr, addressBytes('::1'))];

/** What remembers which of some ports of a namespace's loopback refused: by a reset that comes from them. */
export function refusalRules(ports: readonly number[]): Command[] {
  const table = new TableCommands(REFUSED_TABLE);
  const refused = Buffer.of(TCP_FLAGS.rst | TCP_FLAGS.ack);
  return [
    table.set({ name: REFUSED_SET, key: [tcpPorts.sport], flags: ['dynamic'], size: MOST }),
    table.chain('arriving', { type: 'filter', hook: 'prerouting', priority: -450 }),
    // Offline, other addresses are refused there too.
    ...LOOPBACK.map((isFromLoopback) =>
      table.rule(
        'arriving',
        is(iifname, deviceName('lo')),
        isFromLoopback,
        bitsAre(tcpFlags, refused, refused),
        isAmong(tcpPorts.sport, ports.map(be16)),
        remember({ op: 'add', set: REFUSED_SET, key: [tcpPorts.sport] }),
      ),
    ),
  ];
}
