import { expect, test } from 'vitest';
import { type QueueShape, queueLines } from '../../../src/isolation/veth/queue-lines.js';

const COUNTING = 'handle 6e6d: pfifo limit';
const SINGLE = 'handle 6e6c: tbf rate 1tbit burst 1514 limit 64mb';

test.each<[string, QueueShape | undefined, string[]]>([
  ['counts alone', undefined, [`root ${COUNTING} 10000`]],
  ['counts alone where nothing else is asked', { frame: 1514, single: false }, [`root ${COUNTING} 10000`]],
  ['cuts up above the count', { frame: 1514, single: true }, [`root ${SINGLE}`, `parent 6e6c:1 ${COUNTING} 10000`]],
  [
    'limits the rate above the count',
    { frame: 1514, single: false, rate: 10_000_000 },
    ['root handle 6e6b: tbf rate 80000000bit burst 100000 limit 64mb', `parent 6e6b:1 ${COUNTING} 1322`],
  ],
  [
    'limits the rate of whole super-packets before it cuts them up',
    { frame: 1514, single: true, rate: 32_000 },
    [
      'root handle 6e6b: tbf rate 256000bit burst 1514 limit 64mb',
      `parent 6e6b:1 ${SINGLE}`,
      `parent 6e6c:1 ${COUNTING} 50`,
    ],
  ],
])('%s', (_, shape, lines) => {
  expect(queueLines('nm4', shape)).toEqual(lines.map((line) => `qdisc replace dev nm4 ${line}`));
});
