import type { CounterDelta } from '../../counters/delta.js';
import type { InOut } from '../../measurement/traffic.js';
import type { WireDelta } from '../queue-delta.js';

/** The largest ICMP error: RFC 1812, 4.3.2.3; RFC 4443, 2.4. */
const MOST_ERROR = { 4: 576, 6: 1280 } as const;

/** What a fragment has of its own: RFC 791; RFC 8200, with the fragment header. */
const FRAGMENT_HEADER = { 4: 20, 6: 48 } as const;

const FAMILIES = [4, 6] as const;

/** Errors that a namespace's own kernel has sent (net/ipv4/proc.c, net/ipv6/proc.c). */
const SENT = ['OutDestUnreachs', 'OutTimeExcds', 'OutParmProbs'] as const;
const SENT6 = ['Icmp6OutDestUnreachs', 'Icmp6OutPktTooBigs', 'Icmp6OutTimeExcds', 'Icmp6OutParmProblems'] as const;

/**
 * At most so many octets the wire had and the tap had not, or the other way round: ICMP errors, which end at the sockets of
 * the program that carries the packets and in the namespace, and the headers of fragments that the host has put together.
 * @param wire with what the host received meanwhile (isolation/user-mode/host-counters.ts)
 */
export function unseenAtTap(wire: WireDelta, { snmp, snmp6 = {} }: CounterDelta): InOut<number> {
  const { Tcp = {}, Udp = {}, Icmp = {} } = snmp;
  // Without the host's count: one for each packet that asked for it.
  const asked = (Udp['OutDatagrams'] ?? 0) + (snmp6['Udp6OutDatagrams'] ?? 0) + (Tcp['OutSegs'] ?? 0);
  // An error answers one packet (RFC 1122, 3.2.2), and a segment of the tap may have been two of the host's.
  const echoes = (Icmp['OutMsgs'] ?? 0) + (snmp6['Icmp6OutMsgs'] ?? 0);
  const answered = 2 * asked + echoes + (wire['host.retransmitted']?.packets ?? 0);
  const received = FAMILIES.map((family) => {
    const errors = Math.min(wire[`host${family}.errors`]?.packets ?? asked, answered);
    const fragments = wire[`host${family}.fragments`]?.packets ?? 0;
    return errors * MOST_ERROR[family] + fragments * FRAGMENT_HEADER[family];
  });
  const of = (counters: Readonly<Record<string, number>>, names: readonly string[]) =>
    names.reduce((sum, name) => sum + (counters[name] ?? 0), 0);
  return {
    in: received.reduce((sum, octets) => sum + octets, 0),
    out: of(Icmp, SENT) * MOST_ERROR[4] + of(snmp6, SENT6) * MOST_ERROR[6],
  };
}

/** Fragments of datagrams larger than the MTU that the namespace sent (RFC 4293: ipIfStatsOutFragCreates). */
export const fragmentsSent = ({ snmp, snmp6 = {} }: CounterDelta): number =>
  (snmp['Ip']?.['FragCreates'] ?? 0) + (snmp6['Ip6FragCreates'] ?? 0);
