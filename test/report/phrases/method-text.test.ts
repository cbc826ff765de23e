import { expect, test } from 'vitest';
import { methodText } from '../../../src/report/phrases/method-text.js';
import { crawl } from '../measurements.js';

test.each([
  { kind: 'host', devices: ['eth0', 'e\u001b[2J'] },
  { kind: 'join', netns: 'n\u001b[2J', devices: ['e\u001b[2J'] },
] as const)('devices are foreign text: %j', (isolation) => {
  const text = methodText({ ...crawl, isolation });
  expect(text).toContain(String.raw`e\e[2J`);
  expect(text).not.toMatch(/\p{Cc}/u);
});

test.each([
  ['pid 4711', '(network namespace of process 4711, eth0)'],
  ['vpn', '(network namespace vpn, eth0)'],
])('the namespace %s that was joined is called one', (netns, place) => {
  expect(methodText({ ...crawl, isolation: { kind: 'join', netns, devices: ['eth0'] } })).toContain(place);
});
