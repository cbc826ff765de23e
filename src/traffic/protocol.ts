import type { CounterDelta, Increments } from '../counters/delta.js';
import type { Protocol } from '../measurement.js';

/** Picks the protocol counters that a report tells, from the namespace's snmp and snmp6 (RFC 4022, RFC 4113). */
export function protocolSummary({ snmp, snmp6, devices }: CounterDelta): Protocol {
  const tcp = snmp['Tcp'] ?? {};
  const udp = snmp['Udp'] ?? {};
  const links = Object.entries(devices).flatMap(([name, device]) =>
    name === 'lo' || device.kind === 'vanished' ? [] : [device.counters],
  );
  return {
    tcp: {
      segmentsIn: tcp['InSegs'] ?? null,
      segmentsOut: tcp['OutSegs'] ?? null,
      retransmittedSegments: tcp['RetransSegs'] ?? null,
      resetsSent: tcp['OutRsts'] ?? null,
      establishedResets: tcp['EstabResets'] ?? null,
      connectionsOpened: tcp['ActiveOpens'] ?? null,
      connectionsAccepted: tcp['PassiveOpens'] ?? null,
      connectionsFailed: tcp['AttemptFails'] ?? null,
    },
    udp: {
      datagramsIn: bothFamilies(udp, snmp6, 'InDatagrams'),
      datagramsOut: bothFamilies(udp, snmp6, 'OutDatagrams'),
      errors: bothFamilies(udp, snmp6, 'InErrors'),
    },
    link: {
      errors: sumOf(links, ['rxErrs', 'txErrs']),
      drops: sumOf(links, ['rxDrop', 'txDrop']),
    },
  };
}

/** TCP's counters are of both families; UDP's are counted apart, IPv6's in snmp6. */
function bothFamilies(udp: Increments, snmp6: Increments | undefined, name: string): number | null {
  const four = udp[name];
  const six = snmp6 ? snmp6[`Udp6${name}`] : 0;
  return four === undefined || six === undefined ? null : four + six;
}

function sumOf(counters: readonly Increments[], names: readonly string[]): number | null {
  const counts = counters.flatMap((link) => names.map((name) => link[name]));
  return counts.reduce<number | null>(
    (total, count) => (total === null || count === undefined ? null : total + count),
    0,
  );
}
