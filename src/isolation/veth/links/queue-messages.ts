import type { Message } from '../../../linux/netlink/message.js';
import { newPfifo, newTokenBucket, queueHandle, RTM_NEWQDISC } from '../../../linux/netlink/route/queue.js';

/** Marks a queue as ours: a command that is root may put another in its place, and then its numbers are not ours. */
export const COUNTING_QUEUE = queueHandle(0x6e6d);
const RATE_BUCKET = queueHandle(0x6e6b);
const SINGLE_BUCKET = queueHandle(0x6e6c);

/** What a device's queue does beside counting. */
export type QueueShape = {
  /** Octets of the largest frame, its Ethernet header included. */
  readonly frame: number;
  /** Segment GSO packets, so that whoever counts behind the queue counts what the queue did. */
  readonly single: boolean;
  /** Octets of frames a second that may pass; undefined: as many as come. */
  readonly rate?: number | undefined;
};

/** Far above any link: the bucket is never empty, and all that it does is to segment what is larger than itself. */
const NO_RATE = 125e9;

/** What may wait, seconds of the rate: a program should find a slow line, not one that hoards for seconds. */
const QUEUED_S = 0.2;
const FEWEST_QUEUED = 50;
const MOST_QUEUED = 10_000;

/** What may pass at once, seconds of the rate: below it the timer, once a frame, would be the limit. */
const BURST_S = 0.01;

/** Of a bucket's first queue, which the next message replaces by another. */
const BUCKET_LIMIT = 64 << 20;

/**
 * Puts a counting queue on a device, below those that shape it: what they drop or delay has not crossed the link, and it
 * counts what has.
 */
export function queueMessages(
  index: number,
  { frame, single, rate }: QueueShape = { frame: 0, single: false },
): Message[] {
  const buckets = [
    ...(rate === undefined ? [] : [{ handle: RATE_BUCKET, rate, burst: Math.max(frame, rate * BURST_S) }]),
    ...(single ? [{ handle: SINGLE_BUCKET, rate: NO_RATE, burst: frame }] : []),
  ];
  const shapers = buckets.map(({ handle, rate, burst }, position) =>
    newTokenBucket(
      { index, handle, below: buckets[position - 1]?.handle },
      { rate: Math.ceil(rate), burst: Math.ceil(burst), limit: BUCKET_LIMIT },
    ),
  );
  const queued = rate === undefined ? MOST_QUEUED : (rate * QUEUED_S) / frame;
  const most = Math.min(MOST_QUEUED, Math.max(FEWEST_QUEUED, Math.ceil(queued)));
  return [...shapers, newPfifo({ index, handle: COUNTING_QUEUE, below: buckets.at(-1)?.handle }, most)];
}

export const isQueue = (message: Message | undefined): boolean => message?.type === RTM_NEWQDISC;
