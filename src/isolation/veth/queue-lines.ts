/** Marks a queue as ours: a command that is root may put another in its place, and then its numbers are not ours. */
const QUEUE_HANDLE = '6e6d:';

/** What a device's queue does beside counting. */
export type QueueShape = {
  /** Octets of the largest frame, its Ethernet header included. */
  readonly frame: number;
  /** Cut super-packets up, so that whoever counts behind the queue counts what the queue did. */
  readonly single: boolean;
  /** Octets of frames a second that may pass; undefined: as many as come. */
  readonly rate?: number | undefined;
};

/** Far above any link: the bucket is never empty, and all that it does is to cut up what is larger than itself. */
const NO_RATE = '1tbit';

/** What may wait, seconds of the rate: a program should find a slow line, not one that hoards for seconds. */
const QUEUED_S = 0.2;
const FEWEST_QUEUED = 50;
const MOST_QUEUED = 10_000;

/** What may pass at once, seconds of the rate: below it the timer, once a frame, would be the limit. */
const BURST_S = 0.01;

/**
 * `tc` lines that put a counting queue on a device, below those that shape it: what they drop or delay has not crossed
 * the link, and it counts what has.
 */
export function queueLines(
  device: string,
  { frame, single, rate }: QueueShape = { frame: 0, single: false },
): string[] {
  const shapers = [
    ...(rate === undefined ? [] : [bucket('6e6b', `${Math.ceil(rate * 8)}bit`, Math.max(frame, rate * BURST_S))]),
    ...(single ? [bucket('6e6c', NO_RATE, frame)] : []),
  ];
  const queued = rate === undefined ? MOST_QUEUED : (rate * QUEUED_S) / frame;
  const most = Math.min(MOST_QUEUED, Math.max(FEWEST_QUEUED, Math.ceil(queued)));
  const chain = [...shapers, { major: '', text: `handle ${QUEUE_HANDLE} pfifo limit ${most}` }];
  return chain.map(({ text }, index) => {
    const parent = chain[index - 1];
    return `qdisc replace dev ${device} ${parent ? `parent ${parent.major}:1` : 'root'} ${text}`;
  });
}

/** A token bucket (tc-tbf(8)); its limit is of the queue that the next line puts in place of its own. */
const bucket = (major: string, rate: string, burst: number) => ({
  major,
  text: `handle ${major}: tbf rate ${rate} burst ${Math.ceil(burst)} limit 64mb`,
});
