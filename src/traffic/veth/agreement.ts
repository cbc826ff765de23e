import type { CounterDelta } from '../../counters/delta.js';
import type { Agreement, Unseen } from '../../measurement/method.js';
import type { InOut } from '../../measurement/traffic.js';
import { toExactNumber } from '../../units.js';
import type { Count } from '../count.js';
import type { WireDelta } from '../queue-delta.js';
import { type Doubted, treeDoubts } from '../shared/tree-bound.js';
import { type TreeCount, treeOctets, type Way } from '../shared/tree-count.js';

/** What was counted at the tree's sockets beside the links. */
export type Sockets = {
  readonly totals: readonly TreeCount[];
  /** Connections that may have had packets when they were no socket any more, unseen. */
  readonly unseen: number;
  /** IP octets of datagrams, at most, that came for sockets that were closed. null: nobody has seen them. */
  readonly late: number | null;
  /** Octets that were handed to packet sockets. null: nobody knows. */
  readonly sentPastIp: number | null;
  /** Processes of the tree have left the control group at which it is counted. */
  readonly hasLeft: boolean;
};

type Counted = Pick<Count, 'traffic' | 'method'>;

/** Compares what the links carried with what the tree's sockets moved, and widens the bound by what nothing explains. */
export function withAgreement<C extends Counted>(
  count: C,
  { totals, unseen, late, sentPastIp, hasLeft }: Sockets,
  { wire, delta }: { readonly wire: WireDelta; readonly delta: CounterDelta },
): C {
  const moved = treeOctets(totals);
  const packetsOf = (name: string) => wire[name]?.packets ?? 0;
  const doubts = (way: Way): readonly Blind[] => [
    ...treeDoubts(totals, way, { delta, unseen, late }),
    ...kernelDoubts(way, delta),
    { by: 'packets-in', octets: way === 'in' ? count.method.errorBound.in : 0 },
    // What answers them has no socket either.
    { by: 'packet-sockets', octets: way === 'out' ? sentPastIp : sentPastIp === 0 ? 0 : null },
    { by: 'nested-namespaces', octets: packetsOf('own.devices') > 0 ? null : 0 },
    { by: 'left-cgroup', octets: hasLeft ? null : 0 },
    { by: 'queue-drops', octets: way === 'out' && packetsOf('queues.dropped') > 0 ? null : 0 },
    {
      by: 'refused',
      octets: ['refused4.out', 'refused6.out', 'blocked.out', 'blocked.in'].some((each) => packetsOf(each) > 0)
        ? null
        : 0,
    },
  ];
  const each = { in: doubts('in'), out: doubts('out') };
  const difference = (way: Way) => {
    const octets = count.traffic.external[way].wireOctets;
    // What was refused behind a link was sent by a socket, and so were its answers received by one.
    const refused = (wire[`refused4.${way}`]?.bytes ?? 0) + (wire[`refused6.${way}`]?.bytes ?? 0);
    return octets === null ? null : octets + refused - toExactNumber(moved[way]);
  };
  const ways = { in: compare(difference('in'), each.in), out: compare(difference('out'), each.out) };
  const agreement: Agreement = {
    difference: { in: ways.in.difference, out: ways.out.difference },
    explainedBy: [...new Set([...ways.in.by, ...ways.out.by])],
    unexplained: { in: ways.in.unexplained, out: ways.out.unexplained },
  };
  return { ...count, method: { ...count.method, errorBound: widened(count, agreement), agreement } };
}

type Blind = { readonly by: Unseen; readonly octets: Doubted['octets'] };

function compare(difference: number | null, doubts: readonly Blind[]) {
  if (difference === null || difference === 0) return { difference, by: [], unexplained: 0 };
  const causes = doubts.filter(({ octets }) => octets !== 0);
  const explained = causes.reduce((sum, { octets }) => sum + (octets ?? Infinity), 0);
  return { difference, by: causes.map(({ by }) => by), unexplained: Math.max(0, Math.abs(difference) - explained) };
}

/** What the kernel itself answers, drops before it looks for a socket, or hands to several. The namespace is the tree's alone. */
function kernelDoubts(way: Way, { snmp, snmp6, netstat }: CounterDelta): Blind[] {
  const [ip, icmp, tcp, udp] = [netstat['IpExt'], snmp['Icmp'], snmp['Tcp'], snmp['Udp']];
  const ifAny = (...counts: readonly (number | undefined)[]) =>
    counts.some((count) => count !== 0 && count !== undefined) ? null : 0;
  const resets = tcp?.['OutRsts'] ?? 0;
  return [
    { by: 'closed-connections', octets: way === 'in' ? ifAny(resets) : resets * LARGEST_RESET },
    { by: 'icmp', octets: ifAny(icmp?.['InEchos'], snmp6?.['Icmp6InEchos']) },
    {
      by: 'multicast',
      octets: ifAny(ip?.['InMcastPkts'], ip?.['OutMcastPkts'], snmp6?.['Ip6InMcastPkts'], snmp6?.['Ip6OutMcastPkts']),
    },
    {
      by: 'receive-errors',
      octets: way === 'in' ? ifAny(tcp?.['InErrs'], udp?.['InErrors'], snmp6?.['Udp6InErrors']) : 0,
    },
  ];
}

/** Its headers, with timestamps, in IPv6. */
const LARGEST_RESET = 72;

function widened({ method: { errorBound } }: Counted, { unexplained }: Agreement): InOut<number | null> {
  const way = (which: Way) => {
    const bound = errorBound[which];
    return bound === null ? null : bound + unexplained[which];
  };
  return { in: way('in'), out: way('out') };
}
