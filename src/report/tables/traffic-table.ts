import type { Measurement } from '../../measurement/measurement.js';
import type { InOut, Layers } from '../../measurement/traffic.js';
import { isOneSided, moved, totalOf, withoutWire } from '../flows.js';
import { exact, rounded } from '../format-octets.js';
import { behindName } from '../phrases/behind-text.js';
import { type Cell, left, right, type Table } from './table.js';

/** Wire octets and packets by class and direction; what did not move is left out beyond the three sums. */
export function trafficTable({
  traffic: { external, hostLocal, loopback, blocked, behindWire = [] },
}: Measurement): Table {
  const { ipv4, ipv6 } = external;
  const families = moved(ipv4) && moved(ipv6) ? [...both('IPv4', ipv4), ...both('IPv6', ipv6)] : [];
  return {
    title: 'Traffic',
    columns: [left(''), right('bytes'), right('rounded'), right('packets')],
    rows: [
      amount('in', external.in),
      amount('out', external.out),
      amount('total', totalOf(external)),
      ...behindWire.map((behind) => [behindName(behind), ...octets(behind.ipOctets), exact(behind.packets)]),
      ...families,
      ...(moved(hostLocal) ? both('this host', hostLocal) : []),
      ...(isOneSided(loopback)
        ? both('loopback', loopback)
        : loopback.in.packets === 0
          ? []
          : [amount('loopback', withoutWire(loopback.in))]),
      ...(['in', 'out'] as const).flatMap((way) =>
        blocked && blocked[way].packets > 0 ? [refused(`blocked ${way}`, blocked[way])] : [],
      ),
    ],
  };
}

const both = (name: string, flow: InOut<Layers>) => [amount(`${name} in`, flow.in), amount(`${name} out`, flow.out)];

const refused = (name: string, { ipOctets, packets }: NonNullable<Measurement['traffic']['blocked']>['in']): Cell[] => [
  name,
  `${exact(ipOctets)} B`,
  rounded(ipOctets),
  exact(packets),
];

const amount = (name: string, { wireOctets, packets }: Layers): Cell[] => [name, ...octets(wireOctets), exact(packets)];

const octets = (count: number | null): Cell[] =>
  count === null ? ['unknown', ''] : [`${exact(count)} B`, rounded(count)];
