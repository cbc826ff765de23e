import { countersOf, countersOf6, packetsTogether } from '../../machine/kernel-counters.js';
import type { WireReading } from '../../scope.js';
import { readText } from '../../tools/read-text.js';

/** ICMP's errors by the kernel's names (net/ipv4/proc.c, net/ipv6/proc.c); ICMPv6 has one more. */
const ERRORS = ['Icmp.OutDestUnreachs', 'Icmp.OutTimeExcds', 'Icmp.OutParmProbs'] as const;
const ERRORS6 = ['Icmp6OutDestUnreachs', 'Icmp6OutPktTooBigs', 'Icmp6OutTimeExcds', 'Icmp6OutParmProblems'] as const;

/** Packets whose TTL has ended, or whose addresses lead nowhere. */
const DISCARDS = ['Ip.InHdrErrors', 'Ip.InAddrErrors'] as const;
const DISCARDS6 = ['Ip6InHdrErrors', 'Ip6InAddrErrors', 'Ip6InNoRoutes'] as const;

/** Frames that no protocol of this machine has taken. */
const UNTAKEN = ['rx_dropped', 'rx_nohandler'] as const;

/** The host's ends of the links that lead out, by family. */
export type HostEnds = { readonly ipv4?: string | undefined; readonly ipv6?: string | undefined };

/**
 * What this machine has done behind the wire with packets of the command's. Frames, and most of IPv6, are counted at each
 * device; IPv4, and IPv6's errors, for the whole machine: others' may be among these.
 * @param read reads a file of the kernel's; undefined: it cannot be read
 * @returns in packets, `behind4.errors` and `behind4.discards`, the same of IPv6, `behind6.made` (what the device has sent into
 *   the namespace and was not forwarded, Linux 6.8), and `behind.untaken`
 */
export function readBehind(
  { ipv4, ipv6 }: HostEnds,
  read: (file: string) => string | undefined = readText,
): WireReading {
  const four = countersOf(read('/proc/net/snmp') ?? '');
  const six = countersOf6(read('/proc/net/snmp6') ?? '');
  const atEnd = countersOf6((ipv6 && read(`/proc/net/dev_snmp6/${ipv6}`)) ?? '');
  const [sent, forwarded] = [atEnd.get('Ip6OutTransmits'), atEnd.get('Ip6OutForwDatagrams')];
  const devices = [ipv4, ipv6].filter((device) => device !== undefined);
  const frames = devices.flatMap((device) =>
    UNTAKEN.map((file) => read(`/sys/class/net/${device}/statistics/${file}`)),
  );
  return {
    'behind4.errors': packetsTogether(ERRORS.map((name) => four.get(name))),
    'behind4.discards': packetsTogether(DISCARDS.map((name) => four.get(name))),
    'behind6.errors': packetsTogether(ERRORS6.map((name) => six.get(name))),
    'behind6.discards': packetsTogether(DISCARDS6.map((name) => atEnd.get(name))),
    'behind6.made': packetsTogether([
      sent === undefined || forwarded === undefined ? undefined : sent < forwarded ? 0n : sent - forwarded,
    ]),
    'behind.untaken': packetsTogether(frames.map((text) => (text === undefined ? undefined : BigInt(text.trim())))),
  };
}
