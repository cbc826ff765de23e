import type { CounterDelta } from '../../counters/delta.js';
import { INNER_DEVICES } from '../../inner-devices.js';
import type { BehindWire } from '../../measurement/traffic.js';
import { ipOctets, packets } from '../../units.js';
import type { QueueDelta, WireDelta } from '../queue-delta.js';
import { countersNamed } from '../shared/device-counters.js';

/** What is read at the host's ends of a run's links (isolation/veth/links/read-behind.ts, isolation/veth/rules/leaving-rules.ts). */
type AtLinks = { readonly wire: WireDelta; readonly delta: CounterDelta };

/** Frames that this machine had no protocol for. Whoever captures at the host's ends has taken them. */
export function notIp({ wire, delta }: AtLinks): readonly BehindWire[] {
  // What did not get across to the host's end is counted there as well.
  const lost = [INNER_DEVICES.ipv4, INNER_DEVICES.ipv6].reduce(
    (sum, device) => sum + (countersNamed(device, delta)['txDrop'] ?? 0),
    0,
  );
  const count = packetsOf(wire, 'behind.untaken') - lost;
  if (count <= 0) return [];
  return [{ kind: 'not-ip', way: 'out', packets: packets(count), ipOctets: null, certainty: 'at-least' }];
}

/** Packets of the command's that ended here: their TTL did, or their address leads nowhere. */
export function discarded({ wire }: AtLinks): readonly BehindWire[] {
  const [four, six] = [packetsOf(wire, 'behind4.discards'), packetsOf(wire, 'behind6.discards')];
  // IPv4's are the whole machine's: where the command got no error, they are others'.
  const shared = packetsOf(wire, 'behind4.errors') > 0 ? four : 0;
  if (shared + six === 0) return [];
  const certainty = shared > 0 ? 'at-most' : 'exact';
  return [{ kind: 'discarded', way: 'out', packets: packets(shared + six), ipOctets: null, certainty }];
}

/** Packets of the command's that no connection has any more, so that they could not be translated. */
export const strays = ({ wire }: AtLinks): readonly BehindWire[] => counted('strays', 'out', [wire['behind.strays']]);

/** ICMP errors that this machine has sent the command. */
export const icmpErrors = ({ wire }: AtLinks): readonly BehindWire[] =>
  counted('icmp-errors', 'in', [wire['behind4.errors'], wire['behind6.errors']]);

function counted(
  kind: BehindWire['kind'],
  way: BehindWire['way'],
  readings: readonly (QueueDelta | undefined)[],
): readonly BehindWire[] {
  const sum = (what: keyof QueueDelta) => readings.reduce((total, each) => total + (each?.[what] ?? 0), 0);
  if (sum('packets') === 0) return [];
  return [{ kind, way, packets: packets(sum('packets')), ipOctets: ipOctets(sum('bytes')), certainty: 'exact' }];
}

const packetsOf = (wire: WireDelta, name: string) => wire[name]?.packets ?? 0;
