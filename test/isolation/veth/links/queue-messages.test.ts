import { expect, test } from 'vitest';
import { type QueueShape, queueMessages } from '../../../../src/isolation/veth/links/queue-messages.js';
import type { Message } from '../../../../src/linux/netlink/message.js';
import { newPfifo, newTokenBucket, queueHandle } from '../../../../src/linux/netlink/route/queue.js';

const index = 7;
const [counting, single, rated] = [0x6e6d, 0x6e6c, 0x6e6b].map(queueHandle) as [number, number, number];
const limit = 64 << 20;
const noRate = 125e9;

test.each<[string, QueueShape | undefined, Message[]]>([
  ['counts alone', undefined, [newPfifo({ index, handle: counting }, 10_000)]],
  [
    'counts alone where nothing else is asked',
    { frame: 1514, single: false },
    [newPfifo({ index, handle: counting }, 10_000)],
  ],
  [
    'segments above the count',
    { frame: 1514, single: true },
    [
      newTokenBucket({ index, handle: single }, { rate: noRate, burst: 1514, limit }),
      newPfifo({ index, handle: counting, below: single }, 10_000),
    ],
  ],
  [
    'limits the rate above the count',
    { frame: 1514, single: false, rate: 10_000_000 },
    [
      newTokenBucket({ index, handle: rated }, { rate: 10_000_000, burst: 100_000, limit }),
      newPfifo({ index, handle: counting, below: rated }, 1322),
    ],
  ],
  [
    'limits the rate of whole GSO packets before it segments them',
    { frame: 1514, single: true, rate: 32_000 },
    [
      newTokenBucket({ index, handle: rated }, { rate: 32_000, burst: 1514, limit }),
      newTokenBucket({ index, handle: single, below: rated }, { rate: noRate, burst: 1514, limit }),
      newPfifo({ index, handle: counting, below: single }, 50),
    ],
  ],
])('%s', (_, shape, messages) => {
  expect(queueMessages(index, shape)).toEqual(messages);
});
