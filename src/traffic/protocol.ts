import type { CounterDelta, Increments } from '../counters/delta.js';
import type { IcmpErrors, Protocol } from '../measurement/traffic.js';
import { tcpHealth } from './tcp-health.js';

/** Picks the protocol counters that a report shows, from the namespace's snmp, netstat and snmp6 (RFC 4022, RFC 4113). */
export function protocolSummary(delta: CounterDelta): Protocol {
  return {
    tcp: tcpHealth(delta),
    udp: udpHealth(delta),
    icmp: icmpHealth(delta),
    link: linkHealth(delta),
  };
}

/** A counter of both families, where one of IPv4 and one of IPv6 have the same meaning. */
type BothFamilies = (four: string, six: string) => number | null;

/** TCP's counters are of both families; the others are counted apart, IPv6's in snmp6, which is absent where IPv6 is. */
const adder =
  (four: Increments | undefined, six: Increments | undefined): BothFamilies =>
  (name, name6) => {
    const count = four?.[name];
    const count6 = six ? six[name6] : 0;
    return count === undefined || count6 === undefined ? null : count + count6;
  };

function udpHealth({ snmp, snmp6 }: CounterDelta): Protocol['udp'] {
  const add = adder(snmp['Udp'], snmp6);
  const both = (name: string) => add(name, `Udp6${name}`);
  return {
    datagramsIn: both('InDatagrams'),
    datagramsOut: both('OutDatagrams'),
    errors: both('InErrors'),
    noPort: both('NoPorts'),
    receiveBufferErrors: both('RcvbufErrors'),
    sendBufferErrors: both('SndbufErrors'),
    checksumErrors: both('InCsumErrors'),
  };
}

function icmpHealth({ snmp, snmp6 }: CounterDelta): Protocol['icmp'] {
  const both = adder(snmp['Icmp'], snmp6);
  const errors = (way: 'In' | 'Out'): IcmpErrors => ({
    destinationUnreachable: both(`${way}DestUnreachs`, `Icmp6${way}DestUnreachs`),
    // IPv4 has no message of its own for it.
    packetTooBig: snmp6 ? (snmp6[`Icmp6${way}PktTooBigs`] ?? null) : 0,
    timeExceeded: both(`${way}TimeExcds`, `Icmp6${way}TimeExcds`),
    parameterProblem: both(`${way}ParmProbs`, `Icmp6${way}ParmProblems`),
  });
  return { in: errors('In'), out: errors('Out'), checksumErrors: both('InCsumErrors', 'Icmp6InCsumErrors') };
}

function linkHealth({ devices }: CounterDelta): Protocol['link'] {
  const links = Object.entries(devices).flatMap(([name, device]) =>
    name === 'lo' || device.kind === 'vanished' ? [] : [device.counters],
  );
  return { errors: sumOf(links, ['rxErrs', 'txErrs']), drops: sumOf(links, ['rxDrop', 'txDrop']) };
}

function sumOf(counters: readonly Increments[], names: readonly string[]): number | null {
  const counts = counters.flatMap((link) => names.map((name) => link[name]));
  return counts.reduce<number | null>(
    (total, count) => (total === null || count === undefined ? null : total + count),
    0,
  );
}
