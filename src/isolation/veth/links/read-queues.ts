import { decodeQueue, getQueue } from '../../../linux/netlink/route/queue.js';
import type { NetlinkSocket } from '../../../linux/netlink/socket.js';
import type { QueueReading } from '../../scope.js';
import { COUNTING_QUEUE } from './queue-messages.js';

/** What the counting queues of devices have sent, by the device's index. One that is gone or no longer ours is left out. */
export function readQueues(route: NetlinkSocket, devices: readonly number[]): ReadonlyMap<number, QueueReading> {
  if (devices.length === 0) return new Map();
  const { replies } = route.attempt(devices.map((index) => getQueue(index, COUNTING_QUEUE)));
  return new Map(replies.map(decodeQueue).map(({ index, bytes, packets }) => [index, { bytes, packets }]));
}
