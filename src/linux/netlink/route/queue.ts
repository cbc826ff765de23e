import { attribute, decodeAttributes, nested } from '../attribute.js';
import { MalformedMessageError } from '../malformed-message-error.js';
import { type Message, NLM_F, type ReceivedMessage } from '../message.js';
import { string, u32, u64 } from '../values.js';

/** linux/rtnetlink.h, linux/pkt_sched.h, linux/gen_stats.h. */
export const RTM_NEWQDISC = 36;
export const RTM_DELQDISC = 37;
const RTM_GETQDISC = 38;
const TC_H_ROOT = 0xffffffff;
const TCA = { KIND: 1, OPTIONS: 2, STATS2: 7 } as const;
const TCA_TBF = { PARMS: 1, RATE64: 4, BURST: 6 } as const;
const TCA_STATS_BASIC = 1;
const TCA_STATS_QUEUE = 3;
const TCA_STATS_PKT64 = 8;
const TC_LINKLAYER_ETHERNET = 1;

/** struct tcmsg. */
const HEADER = 20;

/** Where a queue is attached: in place of the device's own, or below the only class of another one. */
export type QueuePlace = { readonly index: number; readonly handle: number; readonly below?: number | undefined };

/** The major number of a handle in its upper half, as tc(8) prints `6e6d:`. */
export const queueHandle = (major: number): number => (major << 16) >>> 0;

/** A queue that lets everything pass as it comes (tc-pfifo(8)). @param limit packets that may wait */
export const newPfifo = (place: QueuePlace, limit: number): Message =>
  newQueue(place, 'pfifo', attribute(TCA.OPTIONS, u32(limit)));

/** A token bucket (tc-tbf(8)): octets a second, octets that may pass at once, and octets that may wait. */
export type TokenBucket = { readonly rate: number; readonly burst: number; readonly limit: number };

export function newTokenBucket(place: QueuePlace, { rate, burst, limit }: TokenBucket): Message {
  // struct tc_tbf_qopt, with two struct tc_ratespec
  const parameters = Buffer.alloc(36);
  parameters.writeUInt8(TC_LINKLAYER_ETHERNET, 1);
  parameters.writeUInt32LE(Math.min(rate, 0xffffffff), 8);
  parameters.writeUInt32LE(limit, 24);
  const options = [
    attribute(TCA_TBF.PARMS, parameters),
    attribute(TCA_TBF.BURST, u32(burst)),
    ...(rate > 0xffffffff ? [attribute(TCA_TBF.RATE64, u64(BigInt(rate)))] : []),
  ];
  return newQueue(place, 'tbf', nested(TCA.OPTIONS, ...options));
}

const newQueue = ({ index, handle, below }: QueuePlace, kind: string, options: Buffer): Message => ({
  type: RTM_NEWQDISC,
  flags: NLM_F.ACK | NLM_F.CREATE | NLM_F.REPLACE,
  payload: Buffer.concat([
    header(index, handle, below === undefined ? TC_H_ROOT : below + 1),
    attribute(TCA.KIND, string(kind)),
    options,
  ]),
});

/** Asks for one queue. ENOENT: the device has none of this handle; ENODEV: there is no such device. */
export const getQueue = (index: number, handle: number): Message => ({
  type: RTM_GETQDISC,
  // Older kernels answer the asker only so.
  flags: NLM_F.ACK | NLM_F.ECHO,
  payload: header(index, handle, 0),
});

/** For {@link NetlinkSocket.dump}: all queues. */
export const LIST_QUEUES = { type: RTM_GETQDISC, payload: Buffer.alloc(HEADER) } as const;

/** What a queue has let pass: octets with Ethernet headers, each segment of a GSO packet with its own. */
export type Queue = {
  /** Of the device. */
  readonly index: number;
  readonly handle: number;
  readonly kind: string;
  /** It stands in place of the device's own. */
  readonly isRoot: boolean;
  readonly bytes: bigint;
  readonly packets: bigint;
  /** Packets that it had no room for, or had to drop: 32 bits. */
  readonly drops: number;
};

/** Reads an answer of type RTM_NEWQDISC. @throws {MalformedMessageError} */
export function decodeQueue({ payload }: ReceivedMessage): Queue {
  if (payload.length < HEADER) throw new MalformedMessageError('malformed queue');
  const attributes = decodeAttributes(payload.subarray(HEADER));
  const statistics = attributes.nested(TCA.STATS2);
  const basic = statistics.bytes(TCA_STATS_BASIC);
  if (basic === undefined || basic.length < 12) throw new MalformedMessageError('a queue without its counters');
  return {
    index: payload.readInt32LE(4),
    handle: payload.readUInt32LE(8),
    kind: attributes.string(TCA.KIND) ?? '',
    isRoot: payload.readUInt32LE(12) === TC_H_ROOT,
    bytes: basic.readBigUInt64LE(0),
    // Of 32 bits before Linux 5.5.
    packets: statistics.u64(TCA_STATS_PKT64) ?? BigInt(basic.readUInt32LE(8)),
    // struct gnet_stats_queue
    drops: dropsOf(statistics.bytes(TCA_STATS_QUEUE)),
  };
}

const dropsOf = (queue: Buffer | undefined) => (queue && queue.length >= 12 ? queue.readUInt32LE(8) : 0);

/** Which queue is gone, or there. */
export type QueueChange = Pick<Queue, 'index' | 'handle' | 'isRoot'>;

/** Reads a message of type RTM_NEWQDISC or RTM_DELQDISC. @throws {MalformedMessageError} */
export function decodeQueueChange({ payload }: ReceivedMessage): QueueChange {
  if (payload.length < HEADER) throw new MalformedMessageError('malformed queue');
  const [handle, parent] = [payload.readUInt32LE(8), payload.readUInt32LE(12)];
  return { index: payload.readInt32LE(4), handle, isRoot: parent === TC_H_ROOT };
}

function header(index: number, handle: number, parent: number): Buffer {
  const buffer = Buffer.alloc(HEADER);
  buffer.writeInt32LE(index, 4);
  buffer.writeUInt32LE(handle, 8);
  buffer.writeUInt32LE(parent, 12);
  return buffer;
}
