import type { Devices } from '../counters/dev.js';
import type { Counters } from '../counters/name-value-table.js';
import { INNER_DEVICES } from '../inner-devices.js';
import type { Isolation } from '../measurement/isolation.js';
import type { Family, InOut } from '../measurement/traffic.js';
import { ETHERNET_HEADER } from '../units.js';

/** What a queue has sent since it was made. */
type QueueTotal = { readonly bytes: bigint; readonly packets: bigint };
type QueueTotals = Readonly<Record<string, QueueTotal | undefined>>;

const HEADER = BigInt(ETHERNET_HEADER);

/**
 * External octets that the counters stand at, for samples while the command runs; undefined: they cannot be determined now.
 * Where an uplink hides segments from a queue this is up to 1 % high, and by /proc alone up to 5 % low; the final count
 * is not made from samples.
 */
export function octetsSoFar(isolation: Isolation, queues: QueueTotals, devices: Devices): InOut<bigint> | undefined {
  switch (isolation.kind) {
    case 'veth':
      return sum(isolation.families.map((family) => familyOctets(family, queues, devices)));
    case 'user-mode':
      return deviceOctets(devices[INNER_DEVICES.tap]);
    case 'host':
    case 'join':
      return sum(isolation.devices.map((device) => deviceOctets(devices[device])));
    case 'offline':
      return { in: 0n, out: 0n };
    default:
      return isolation satisfies never;
  }
}

/**
 * The same where GSO packets are segmented at the links: the devices inside count each packet as the queues do, and are
 * read sooner.
 */
export function segmentedOctetsSoFar(families: readonly Family[], devices: Devices): InOut<bigint> | undefined {
  return sum(families.map((family) => deviceOctets(devices[INNER_DEVICES[family]])));
}

function familyOctets(family: Family, queues: QueueTotals, devices: Devices): InOut<bigint> | undefined {
  const device = INNER_DEVICES[family];
  const [incoming, outgoing] = [queues[`${device}.in`], queues[`${device}.out`]];
  if (!incoming || !outgoing) return undefined;
  const packetsIn = devices[device]?.['rxPackets'] ?? 0n;
  // Refused behind the queues: it has not left, and the answers have not come from outside.
  const refused = (way: 'in' | 'out') => queues[`refused${device.slice(-1)}.${way}`]?.bytes ?? 0n;
  return {
    in: incoming.bytes - HEADER * (packetsIn > incoming.packets ? packetsIn : incoming.packets) - refused('in'),
    out: outgoing.bytes - HEADER * outgoing.packets - refused('out'),
  };
}

/** IP octets that passed a device whose frames have Ethernet headers. */
function deviceOctets(link: Counters | undefined): InOut<bigint> | undefined {
  const [rxBytes, rxPackets] = [link?.['rxBytes'], link?.['rxPackets']];
  const [txBytes, txPackets] = [link?.['txBytes'], link?.['txPackets']];
  if (rxBytes === undefined || rxPackets === undefined || txBytes === undefined || txPackets === undefined)
    return undefined;
  return { in: rxBytes - HEADER * rxPackets, out: txBytes - HEADER * txPackets };
}

function sum(parts: readonly (InOut<bigint> | undefined)[]): InOut<bigint> | undefined {
  return parts.reduce<InOut<bigint> | undefined>(
    (total, part) => (total && part ? { in: total.in + part.in, out: total.out + part.out } : undefined),
    { in: 0n, out: 0n },
  );
}
