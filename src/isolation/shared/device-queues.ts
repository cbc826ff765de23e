import { attempt } from '../../linux/attempt.js';
import { decodeLink, LIST_LINKS, type Link } from '../../linux/netlink/route/link.js';
import { decodeQueue, LIST_QUEUES, type Queue } from '../../linux/netlink/route/queue.js';
import { NETLINK_ROUTE, type NetlinkSocket } from '../../linux/netlink/socket.js';
import type { WireReading } from '../scope.js';
import { openInNetwork } from '../tools/sockets/open-in-network.js';

/** What the devices' own queues of a process' network namespace have sent; they can be read when that process is gone. */
export class DeviceQueues implements Disposable {
  readonly #route: NetlinkSocket | undefined;
  readonly #devices: readonly string[];

  /** @param devices those that are read; none where the namespace may not be entered, or libc cannot be called */
  constructor(pid: number, devices: readonly string[]) {
    this.#devices = devices;
    this.#route = devices.length === 0 ? undefined : attempt(() => openInNetwork(pid, NETLINK_ROUTE));
  }

  /** As `DEVICE.out`, and what they have dropped as `uplink.dropped`. Whoever may list devices may read their queues. */
  async readWire(): Promise<WireReading> {
    const route = this.#route;
    const read = () =>
      route && rootQueues(route.dump(LIST_LINKS).map(decodeLink), route.dump(LIST_QUEUES).map(decodeQueue));
    const found = attempt(read);
    const queues = this.#devices.flatMap((device) => {
      const queue = found?.get(device);
      return queue ? [[device, queue] as const] : [];
    });
    const drops = queues.reduce((sum, [, queue]) => sum + queue.drops, 0);
    return {
      ...Object.fromEntries(
        queues.map(([device, { bytes, packets }]) => [`${device}.out`, { bytes, packets }] as const),
      ),
      ...(found && { 'uplink.dropped': { bytes: 0n, packets: BigInt(drops) } }),
    };
  }

  [Symbol.dispose](): void {
    this.#route?.[Symbol.dispose]();
  }
}

/** The root queue of each device that has one, by its name: its numbers hold those of the queues below it (mq, htb). */
export function rootQueues(
  links: readonly Pick<Link, 'index' | 'name'>[],
  queues: readonly Queue[],
): ReadonlyMap<string, Queue> {
  const names = new Map(links.map(({ index, name }) => [index, name]));
  return new Map(
    queues.flatMap((queue) => {
      const name = names.get(queue.index);
      // A device without a queue sends uncounted.
      return name === undefined || !queue.isRoot || queue.kind === 'noqueue' ? [] : [[name, queue] as const];
    }),
  );
}
