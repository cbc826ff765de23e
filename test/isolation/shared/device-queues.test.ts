import { expect, test } from 'vitest';
import { parseRootQueues } from '../../../src/isolation/shared/device-queues.js';

const queue = (kind: string, dev: string, root: boolean, bytes: string, packets: number) =>
  `{"kind":"${kind}","handle":"0:","dev":"${dev}",${root ? '"root":true,' : '"parent":"1:1",'}"options":{},"bytes":${bytes},"packets":${packets},"drops":0}`;

test('the root queue holds what those below it sent', () => {
  const text = `[${[
    queue('noqueue', 'lo', true, '0', 0),
    queue('mq', 'eth0', true, '18446744073709551615', 7),
    queue('fq_codel', 'eth0', false, '300', 3),
    queue('pfifo_fast', 'eth1', true, '100', 1),
  ].join(',')}]`;
  expect(parseRootQueues(text, ['eth0', 'eth1', 'eth2'])).toEqual({
    'eth0.out': { bytes: 18_446_744_073_709_551_615n, packets: 7n },
    'eth1.out': { bytes: 100n, packets: 1n },
  });
});

test('a device without a queue is not counted, which is not zero', () => {
  expect(parseRootQueues(`[${queue('noqueue', 'eth0', true, '0', 0)}]`, ['eth0'])).toEqual({});
  expect(parseRootQueues('', ['eth0'])).toEqual({});
});
