import { expect, test } from 'vitest';
import { parseQueue } from '../../../src/isolation/veth/queue-counters.js';

const show = (handle: string, bytes: string) =>
  `[{"kind":"pfifo","handle":"${handle}","root":true,"refcnt":3,"options":{"limit":10000},"bytes":${bytes},"packets":7,"drops":0,"backlog":0,"qlen":0}]`;

test.each([
  ['our queue', show('6e6d:', '1234'), { bytes: 1234n, packets: 7n }],
  ['beyond 2^53', show('6e6d:', '18446744073709551615'), { bytes: 18446744073709551615n, packets: 7n }],
  ['another queue in its place', show('8001:', '1234'), undefined],
  ['no queue', '[]', undefined],
  ['tc has gone', undefined, undefined],
])('%s', (_, line, reading) => {
  expect(parseQueue(line)).toEqual(reading);
});

const clsact = '{"kind":"clsact","handle":"ffff:","parent":"ffff:fff1","options":{},"bytes":99,"packets":98}';
const ours = show('6e6d:', '1234').slice(1, -1);

test.each([
  ['ours before another', `[${ours},${clsact}]`, { bytes: 1234n, packets: 7n }],
  ['ours behind another', `[${clsact},${ours}]`, { bytes: 1234n, packets: 7n }],
  ['another alone', `[${clsact}]`, undefined],
  ['spaces between', '[{"handle": "6e6d:", "bytes": 5, "packets": 6}]', { bytes: 5n, packets: 6n }],
  ['a queue below ours', '[{"handle":"1:","parent":"6e6d:","bytes":5,"packets":6}]', undefined],
  ['no counters', '[{"kind":"pfifo","handle":"6e6d:","options":{"limit":1}}]', undefined],
  ['ours without counters before another', `[{"handle":"6e6d:","options":{}},${clsact}]`, undefined],
  ['an empty answer', '', undefined],
])('%s', (_, line, reading) => {
  expect(parseQueue(line)).toEqual(reading);
});
