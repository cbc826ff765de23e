import { expect, test } from 'vitest';
import { blockedRows } from '../../../src/report/text/attempt-rows.js';
import { painter } from '../../../src/report/text/paint.js';
import { ipOctets, packets } from '../../../src/units.js';
import { crawl } from '../measurements.js';

test.each([
  [52, 'blocked 52 B out, 1 packet refused'],
  [5200, 'blocked 5.2 kB out (5 200 B), 1 packet refused'],
])('of %i refused octets no number is said twice', (octets, said) => {
  const none = { ipOctets: ipOctets(0), packets: packets(0) };
  const blocked = { in: none, out: { ipOctets: ipOctets(octets), packets: packets(1) } };
  const budget = { verdict: 'exceeded', limits: [], ended: true } as const;
  const rows = blockedRows({ ...crawl, budget, traffic: { ...crawl.traffic, blocked } }, painter(false));
  expect(rows.map((each) => each.replaceAll(/\s+/g, ' ').trim())).toEqual([said]);
});
