import type { CounterDelta } from '../counters/delta.js';
import { INNER_DEVICES } from '../inner-devices.js';
import type { Isolation } from '../measurement/isolation.js';
import type { Count } from './count.js';
import { droppedOnTheWay } from './dropped.js';
import { offlineTraffic } from './offline-traffic.js';
import type { WireDelta } from './queue-delta.js';
import { separateBlocked } from './separate-blocked.js';
import { separateHostPorts } from './separate-host-ports.js';
import { type Beside, withBeside } from './shared/beside-traffic.js';
import { deviceTraffic } from './shared/device-traffic.js';
import { tapTraffic } from './tap/tap-traffic.js';
import { wireTraffic } from './veth/wire-traffic.js';

/**
 * Turns increments into traffic, by what the kind of isolation lets one know.
 * @param beside devices that are not counted, though the command's packets may have gone by them
 */
export function countTraffic(
  isolation: Isolation,
  wire: WireDelta,
  delta: CounterDelta,
  beside: readonly Beside[] = [],
): Count {
  const { traffic, ...counted } = countKind(isolation, wire, delta);
  const count = isolation.kind === 'host' || isolation.kind === 'join' ? withBeside(counted, beside, delta) : counted;
  return {
    traffic: separateBlocked(separateHostPorts(traffic, wire), wire),
    ...count,
    // The devices' own queues have not counted what they dropped.
    ...(!('devices' in isolation) && droppedOnTheWay(isolation, wire, delta)),
  };
}

function countKind(isolation: Isolation, wire: WireDelta, delta: CounterDelta): Count {
  switch (isolation.kind) {
    case 'veth':
      return wireTraffic(isolation, wire, delta);
    case 'user-mode':
      return tapTraffic(isolation, INNER_DEVICES.tap, { wire, delta });
    case 'host':
    case 'join':
      return deviceTraffic(isolation.devices, wire, delta);
    case 'offline':
      return offlineTraffic(delta);
    default:
      return isolation satisfies never;
  }
}
