import { expect, test } from 'vitest';
import { rootQueues } from '../../../src/isolation/shared/device-queues.js';

const LINKS = ['lo', 'eth0', 'eth1', 'eth2'].map((name, index) => ({ name, index: index + 1 }));

const queue = (kind: string, index: number, isRoot: boolean, bytes: bigint, packets: bigint) =>
  ({ kind, index, isRoot, bytes, packets, handle: 0, drops: 0 }) as const;

test('the root queue holds what those below it sent', () => {
  const [eth0, eth1] = [queue('mq', 2, true, 2n ** 64n - 1n, 7n), queue('pfifo_fast', 3, true, 100n, 1n)];
  const found = rootQueues(LINKS, [
    queue('noqueue', 1, true, 0n, 0n),
    eth0,
    queue('fq_codel', 2, false, 300n, 3n),
    eth1,
  ]);
  expect(Object.fromEntries(found)).toEqual({ eth0, eth1 });
});

test('a device without a queue, or that has gone, is not counted, which is not zero', () => {
  expect(rootQueues(LINKS, [queue('noqueue', 2, true, 0n, 0n), queue('pfifo', 9, true, 5n, 1n)]).size).toBe(0);
  expect(rootQueues(LINKS, []).size).toBe(0);
});
