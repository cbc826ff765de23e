import type { CounterDelta } from '../../counters/delta.js';
import type { BehindWire, Method } from '../../measurement/traffic.js';
import { ipOctets, packets } from '../../units.js';
import type { WireDelta } from '../queue-delta.js';
import { countersNamed } from '../shared/device-counters.js';

/** What is read at the host's ends of a run's links (isolation/veth/links/read-behind.ts), and in its namespace. */
type AtLinks = { readonly method: Method; readonly wire: WireDelta; readonly delta: CounterDelta };

/** ICMP's errors by the kernel's names (net/ipv4/proc.c, net/ipv6/proc.c). */
const ERRORS = ['InDestUnreachs', 'InTimeExcds', 'InParmProbs'] as const;
const ERRORS6 = ['Icmp6InDestUnreachs', 'Icmp6InPktTooBigs', 'Icmp6InTimeExcds', 'Icmp6InParmProblems'] as const;

/** Frames that this machine had no protocol for. Whoever captures at the host's ends has taken them. */
export function notIp({ wire, delta }: AtLinks): readonly BehindWire[] {
  // What did not get across to the host's end is counted there as well.
  const lost = ['nm4', 'nm6'].reduce((sum, device) => sum + (countersNamed(device, delta)['txDrop'] ?? 0), 0);
  const count = packetsOf(wire, 'behind.untaken') - lost;
  if (count <= 0) return [];
  return [{ kind: 'not-ip', way: 'out', packets: packets(count), ipOctets: null, certainty: 'at-least' }];
}

/** Packets of the command's that ended here: their TTL did, or their address leads nowhere. */
export function discarded({ wire, delta }: AtLinks): readonly BehindWire[] {
  const [four, six] = [packetsOf(wire, 'behind4.discards'), packetsOf(wire, 'behind6.discards')];
  // IPv4's are the whole machine's: nobody was told of the command's own unless it got an error.
  const shared = errorsMade({ wire, delta }).ipv4 > 0 ? four : 0;
  if (shared + six === 0) return [];
  const certainty = shared > 0 ? 'at-most' : 'exact';
  return [{ kind: 'discarded', way: 'out', packets: packets(shared + six), ipOctets: null, certainty }];
}

/**
 * ICMP errors that this machine has answered with. The tree's sockets get none: where nothing else tells the links from the
 * sockets, the difference is their octets.
 */
export function icmpErrors({ method, wire, delta }: AtLinks): readonly BehindWire[] {
  const difference = method.agreement?.difference.in;
  const made = errorsMade({ wire, delta });
  const count = made.ipv4 + made.ipv6;
  if (count === 0 || difference === 0) return [];
  const isAll = count >= received(delta) && method.agreement?.explainedBy.every((cause) => cause === 'icmp');
  const octets = isAll && difference && difference > 0 ? ipOctets(difference) : null;
  const certainty = made.ipv4 === 0 && made.isOwn ? 'exact' : 'at-most';
  return [{ kind: 'icmp-errors', way: 'in', packets: packets(count), ipOctets: octets, certainty }];
}

/** The command got no more of the machine's than it has received. What the run's own device of IPv6 has sent is nobody else's. */
function errorsMade({ wire, delta }: Omit<AtLinks, 'method'>) {
  const [four, six] = [sum(delta.snmp['Icmp'], ERRORS), sum(delta.snmp6, ERRORS6)];
  const own = wire['behind6.made']?.packets;
  return {
    ipv4: Math.min(four, packetsOf(wire, 'behind4.errors')),
    ipv6: Math.min(six, own ?? packetsOf(wire, 'behind6.errors')),
    isOwn: own !== undefined,
  };
}

const received = ({ snmp, snmp6 }: CounterDelta) => sum(snmp['Icmp'], ERRORS) + sum(snmp6, ERRORS6);

const sum = (counters: Readonly<Record<string, number>> | undefined, names: readonly string[]) =>
  names.reduce((total, name) => total + (counters?.[name] ?? 0), 0);

const packetsOf = (wire: WireDelta, name: string) => wire[name]?.packets ?? 0;
