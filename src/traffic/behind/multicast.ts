import type { CounterDelta } from '../../counters/delta.js';
import type { BehindWire, Family, Traffic } from '../../measurement/traffic.js';
import { ipOctets, packets } from '../../units.js';
import type { WireDelta } from '../queue-delta.js';
import { hasOwnDevices } from '../veth/own-devices.js';

type Alone = { readonly traffic: Traffic; readonly wire: WireDelta; readonly delta: CounterDelta };

/** By the IP layer of a namespace of the command's own (RFC 4293: ipIfStatsOutMcastPkts, ipIfStatsOutBcastPkts). */
export function multicastByIp({ traffic, wire, delta }: Alone): readonly BehindWire[] {
  const { netstat, snmp6 = {} } = delta;
  const ip = netstat['IpExt'] ?? {};
  const sum = (what: 'Pkts' | 'Octets') =>
    [ip[`OutMcast${what}`], ip[`OutBcast${what}`], snmp6[`Ip6OutMcast${what}`]].reduce<number>(
      (total, count) => total + (count ?? 0),
      0,
    );
  const count = sum('Pkts');
  if (count === 0) return [];
  // Some of it may have gone by other devices than those that lead out.
  const isAlone = traffic.loopback.out.packets === 0 && !hasOwnDevices(wire, delta);
  const certainty = isAlone ? 'exact' : 'at-most';
  return [{ kind: 'multicast', way: 'out', packets: packets(count), ipOctets: ipOctets(sum('Octets')), certainty }];
}

/** A remote, as the programs at a control group count it. */
export type CountedRemote = {
  readonly class: string;
  readonly family: Family;
  readonly address: string;
  readonly out: { readonly octets: number };
};

/** By whom it was sent to, where the namespace is others' too. A broadcast to one network looks like any address. */
export function multicastByRemotes(remotes: readonly CountedRemote[]): readonly BehindWire[] {
  const octets = remotes
    .filter((remote) => remote.class === 'external' && isMulticast(remote))
    .reduce((sum, { out }) => sum + out.octets, 0);
  if (octets === 0) return [];
  return [{ kind: 'multicast', way: 'out', packets: null, ipOctets: ipOctets(octets), certainty: 'exact' }];
}

/** RFC 5771, RFC 4291 (2.7), and the limited broadcast (RFC 919). */
export function isMulticast({ family, address }: Pick<CountedRemote, 'family' | 'address'>): boolean {
  if (family === 'ipv6') return /^ff/i.test(address);
  const first = Number(address.split('.', 1)[0]);
  return address === '255.255.255.255' || (first >= 224 && first < 240);
}
