/** Marks a queue as ours: a command that is root may put another in its place, and then its numbers are not ours. */
export const QUEUE_HANDLE = '6e6d:';

/** What a device's queue does beside counting. */
export type QueueShape = {
  /** Octets of the largest frame, its Ethernet header included. */
  readonly frame: number;
  /** Cut super-packets up, so that whoever counts behind the queue counts what the queue did. */
  readonly single: boolean;
};

/** Far above any link: the bucket is never empty, and all that it does is to cut up what is larger than itself. */
const NO_RATE = '1tbit';

/** `tc` lines that put a counting queue on a device, at the end of those that shape it. */
export function queueLines(device: string, shape?: QueueShape): string[] {
  const counting = `handle ${QUEUE_HANDLE} pfifo limit 10000`;
  if (!shape?.single) return [`qdisc replace dev ${device} root ${counting}`];
  return [
    `qdisc replace dev ${device} root handle 6e6c: tbf rate ${NO_RATE} burst ${shape.frame} limit 64mb`,
    `qdisc replace dev ${device} parent 6e6c:1 ${counting}`,
  ];
}
