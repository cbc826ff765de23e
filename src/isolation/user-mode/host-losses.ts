import { countersOf, countersOf6, packetsTogether } from '../machine/kernel-counters.js';
import type { WireReading } from '../scope.js';
import { readText } from '../tools/read-text.js';

/**
 * What TCP received and handed to nobody: data that it had already, and data that it had no room for (net/ipv4/proc.c,
 * net/ipv4/tcp_input.c). One a packet of the IP layer. An older kernel that lacks a name has no such case.
 */
const REPEATED = [
  ...['TCPDSACKOldSent', 'TCPDSACKOfoSent', 'PAWSEstab', 'TCPRcvQDrop', 'TCPZeroWindowDrop', 'TCPOFODrop'],
  ...['TCPBacklogDrop', 'RcvPruned', 'OfoPruned'],
];

/** Connections that ended with data that the program had not read; tcp_close(), net/ipv4/tcp.c. */
const UNREAD = ['TCPAbortOnClose'];

/** Connections that ended with what the kernel may still have had to send. */
const UNSENT = ['TCPAbortOnData', 'TCPAbortOnTimeout', 'TCPAbortOnMemory'];

/** Packets of IP by their ECN field: each segment of what was put together on its way in counts. */
const SEGMENTS = ['InNoECTPkts', 'InECT1Pkts', 'InECT0Pkts', 'InCEPkts'];

/** The larger of the headers that each segment has of its own: IPv6, TCP with timestamps. */
const HEADERS = 72n;

type Files = { readonly [name in 'netstat' | 'snmp' | 'snmp6']: string | undefined };

/**
 * What this host received or was handed for a program and the other end of that program did not have: a tap shows none of it.
 * It may be others', too: a bound.
 * @param files of /proc/net; undefined: it cannot be read
 * @returns `host.received`: all that came, in octets as on the wire and in segments. `host.merged`: segments that came as part of
 *   a packet. `host.repeated`, `host.undelivered` (UDP), `host.unsent.datagrams`: packets. `host.unread`, `host.unsent`:
 *   connections, and the octets that these may have had at most
 */
export function hostLosses(
  { netstat, snmp, snmp6 }: Files,
  read: (file: string) => string | undefined = readText,
): WireReading {
  const tcp = countersOf(netstat ?? '');
  const four = countersOf(snmp ?? '');
  const six = countersOf6(snmp6 ?? '');
  const known = (names: readonly string[]) =>
    netstat === undefined ? undefined : packetsTogether(names.map((name) => tcp.get(`TcpExt.${name}`) ?? 0n));
  const withRoom = (count: { packets: bigint } | undefined, file: string) => {
    const most = largest(read(`/proc/sys/net/ipv4/${file}`));
    return count && most !== undefined ? { ...count, bytes: count.packets * most } : undefined;
  };
  const resets = four.get('Tcp.EstabResets');
  const unsent = known(UNSENT);
  return {
    ...received(tcp, four, six),
    'host.repeated': known(REPEATED),
    'host.undelivered': packetsTogether([four.get('Udp.InErrors'), six.get('Udp6InErrors') ?? 0n]),
    'host.unsent.datagrams': packetsTogether([four.get('Udp.SndbufErrors'), six.get('Udp6SndbufErrors') ?? 0n]),
    'host.unread': withRoom(known(UNREAD), 'tcp_rmem'),
    'host.unsent': withRoom(unsent && packetsTogether([resets, unsent.packets]), 'tcp_wmem'),
  };
}

type Counters = ReadonlyMap<string, bigint>;

function received(ext: Counters, four: Counters, six: Counters): WireReading {
  const sum = (values: readonly (bigint | undefined)[]) => packetsTogether(values)?.packets;
  const segments = sum([
    ...SEGMENTS.map((name) => ext.get(`IpExt.${name}`)),
    ...SEGMENTS.map((name) => six.get(`Ip6${name}`) ?? 0n),
  ]);
  const packets = sum([four.get('Ip.InReceives'), six.get('Ip6InReceives') ?? 0n]);
  const octets = sum([ext.get('IpExt.InOctets'), six.get('Ip6InOctets') ?? 0n]);
  if (segments === undefined || packets === undefined || octets === undefined)
    return { 'host.received': undefined, 'host.merged': undefined };
  const merged = segments > packets ? segments - packets : 0n;
  return {
    'host.received': { bytes: octets + merged * HEADERS, packets: segments },
    'host.merged': { bytes: 0n, packets: merged },
  };
}

/** Of a sysctl with the least, the usual and the largest room (Documentation/networking/ip-sysctl.rst). */
const largest = (text: string | undefined): bigint | undefined => {
  const [, value] = /^\d+\s+\d+\s+(\d+)\s*$/.exec(text ?? '') ?? [];
  return value === undefined ? undefined : BigInt(value);
};
