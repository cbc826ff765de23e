import { decodeQueue, getQueue } from '../../../linux/netlink/route/queue.js';
import type { NetlinkSocket } from '../../../linux/netlink/socket.js';
import type { QueueReading } from '../../scope.js';
import { COUNTING_QUEUE } from './queue-messages.js';

/** What a queue has sent, and the packets that it has dropped. */
export type Sent = QueueReading & { readonly drops: number };

/** What the counting queues of devices have sent, by the device's index. One that is gone or no longer ours is left out. */
export function readQueues(route: NetlinkSocket, devices: readonly number[]): ReadonlyMap<number, Sent> {
  if (devices.length === 0) return new Map();
  const { replies } = route.attempt(devices.map((index) => getQueue(index, COUNTING_QUEUE)));
  return new Map(
    replies.map(decodeQueue).map(({ index, bytes, packets, drops }) => [index, { bytes, packets, drops }]),
  );
}
