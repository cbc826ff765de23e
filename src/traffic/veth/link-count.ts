import type { CounterDelta } from '../../counters/delta.js';
import { INNER_DEVICES } from '../../inner-devices.js';
import type { Family, InOut } from '../../measurement/traffic.js';
import { hiddenSegments, ipv4Counters, ipv6Counters, TCP_HEADERS } from '../hidden-segments.js';
import type { QueueDelta, WireDelta } from '../queue-delta.js';
import { countersNamed } from '../shared/device-counters.js';

/** One end's own counters (/proc/net/dev), Ethernet headers included. */
export type LinkEndCount = { readonly octets: number | undefined; readonly packets: number | undefined };

/** What was counted at a link. */
export type LinkCount = { readonly queues: InOut<QueueDelta | undefined>; readonly link: InOut<LinkEndCount> };

/** The same for a family, with the segments that the IP layer saw arrive inside GSO packets. */
export type FamilyCount = LinkCount & {
  readonly family: Family;
  readonly hidden: number | undefined;
  readonly tcpHeaders: number;
  /** UDP datagrams that were sent. */
  readonly datagrams: number | undefined;
};

export function linkCount(device: string, wire: WireDelta, delta: CounterDelta): LinkCount {
  const link = countersNamed(device, delta);
  return {
    queues: { in: wire[`${device}.in`], out: wire[`${device}.out`] },
    link: {
      in: { octets: link['rxBytes'], packets: link['rxPackets'] },
      out: { octets: link['txBytes'], packets: link['txPackets'] },
    },
  };
}

export const familyCount = (family: Family, wire: WireDelta, delta: CounterDelta): FamilyCount => ({
  ...linkCount(INNER_DEVICES[family], wire, delta),
  family,
  hidden: hiddenSegments(family === 'ipv4' ? ipv4Counters(delta) : ipv6Counters(delta)),
  tcpHeaders: TCP_HEADERS[family],
  datagrams: family === 'ipv4' ? delta.snmp['Udp']?.['OutDatagrams'] : delta.snmp6?.['Udp6OutDatagrams'],
});
