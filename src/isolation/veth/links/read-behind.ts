import { countersOf, countersOf6, packetsTogether } from '../../machine/kernel-counters.js';
import type { WireReading } from '../../scope.js';
import { readText } from '../../tools/read-text.js';

/** Packets whose TTL has ended, or whose addresses lead nowhere. */
const DISCARDS = ['Ip.InHdrErrors', 'Ip.InAddrErrors'] as const;
const DISCARDS6 = ['Ip6InHdrErrors', 'Ip6InAddrErrors', 'Ip6InNoRoutes'] as const;

/** Frames that no protocol of this machine has taken. */
const UNTAKEN = ['rx_dropped', 'rx_nohandler'] as const;

/** The host's ends of the links that lead out, by family. */
export type HostEnds = { readonly ipv4?: string | undefined; readonly ipv6?: string | undefined };

/**
 * What this machine has not forwarded of the command's. Frames and IPv6 are counted at each device, IPv4 for the whole machine:
 * others' may be among these.
 * @param read reads a file of the kernel's; undefined: it cannot be read
 * @returns in packets, `behind4.discards`, `behind6.discards`, and `behind.untaken`
 */
export function readBehind(
  { ipv4, ipv6 }: HostEnds,
  read: (file: string) => string | undefined = readText,
): WireReading {
  const four = countersOf(read('/proc/net/snmp') ?? '');
  const six = countersOf6((ipv6 && read(`/proc/net/dev_snmp6/${ipv6}`)) ?? '');
  const devices = [ipv4, ipv6].filter((device) => device !== undefined);
  const frames = devices.flatMap((device) =>
    UNTAKEN.map((file) => read(`/sys/class/net/${device}/statistics/${file}`)),
  );
  return {
    'behind4.discards': packetsTogether(DISCARDS.map((name) => four.get(name))),
    'behind6.discards': packetsTogether(DISCARDS6.map((name) => six.get(name))),
    'behind.untaken': packetsTogether(frames.map((text) => (text === undefined ? undefined : BigInt(text.trim())))),
  };
}
