import { decodeQueue, decodeQueueChange, LIST_QUEUES } from '../../../linux/netlink/route/queue.js';
import type { NetlinkSocket } from '../../../linux/netlink/socket.js';
import type { QueueReading } from '../../scope.js';
import { readText } from '../../tools/read-text.js';

/**
 * Packets that devices of this machine have dropped on their way out, whosever they were: at their queues, and behind these.
 * @returns undefined where the kernel does not say
 */
export function readDrops(
  route: NetlinkSocket,
  devices: readonly string[],
  read: (file: string) => string | undefined = readText,
): QueueReading | undefined {
  const fact = (device: string, file: string) => Number(read(`/sys/class/net/${device}/${file}`));
  const indexes = new Set(devices.map((device) => fact(device, 'ifindex')));
  // The root's count holds those of the queues below it.
  const roots = route.dump(LIST_QUEUES).filter((reply) => decodeQueueChange(reply).isRoot);
  const atQueues = roots.map(decodeQueue).filter(({ index }) => indexes.has(index));
  const behind = devices.map((device) => fact(device, 'statistics/tx_dropped'));
  const drops = [...atQueues.map((queue) => queue.drops), ...behind].reduce((sum, each) => sum + each, 0);
  return Number.isSafeInteger(drops) ? { bytes: 0n, packets: BigInt(drops) } : undefined;
}
