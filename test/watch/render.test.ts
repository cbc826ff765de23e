import { expect, test } from 'vitest';
import { painter } from '../../src/report/text/paint.js';
import { addRecord, addUnreadable } from '../../src/watch/records/add-record.js';
import { renderSample, sampleHeading } from '../../src/watch/render-sample.js';
import { renderSummary } from '../../src/watch/render-summary.js';
import { renderTotal } from '../../src/watch/render-total.js';
import { NO_SUMMARY } from '../../src/watch/summary.js';
import { type Machine, records } from './machine.js';

const plain = painter(false);
const frames = (txBytes: bigint, rxBytes = txBytes) => ({ rxBytes, rxPackets: 0n, txBytes, txPackets: 0n });
const DAY = 1440;

const history: readonly Machine[] = [
  { links: { eth0: frames(1000n, 100_000n) } },
  { minute: 1, inOctets: 12_300_000n, lo: 2000n, links: { eth0: frames(1_201_000n, 12_400_000n) } },
  { minute: 2, inOctets: 12_300_060n, lo: 2000n, links: { eth0: frames(7n) } },
  { minute: 2 * DAY, inOctets: 13_000_000n, lo: 2000n, links: { eth0: frames(700n, 700_007n) } },
  { minute: 2 * DAY + 9, boot: 'second', uptimeMinutes: 4, inOctets: 500n, links: { eth0: frames(40n, 500n) } },
];

test('a line for each sample', () => {
  const lines = [sampleHeading(plain), ...records(...history).map((record) => renderSample(record, plain))];
  expect(lines).toEqual([
    'time (UTC)                  in        out   loopback        in/s       out/s  notes',
    '2027-01-01 00:00:00          -          -          -           -           -  first sample',
    '2027-01-01 00:01:00    12.3 MB     1.2 MB       2 kB    205 kB/s     20 kB/s',
    '2027-01-01 00:02:00       60 B    unknown        0 B       1 B/s           -  eth0 counter reset: unknown',
    '2027-01-03 00:00:00     700 kB      693 B        0 B       4 B/s       0 B/s  gap: no sample for 47 h 58 min',
    '2027-01-03 00:09:00      500 B       40 B        0 B       2 B/s       0 B/s  reboot: counted from the start of the machine, unknown before (5 min 00 s)',
  ]);
});

test('the total', () => {
  const total = records(...history).at(-1)?.total;
  if (!total) throw new Error('no record');
  expect(renderTotal(total, plain)).toBe(`total since 2027-01-01 00:00:00 UTC (5 samples)
  in            13 MB               12 998 500 B  at least this: one interval is unknown
  out          1.2 MB                1 200 733 B  at least this: 2 intervals are unknown
  loopback       2 kB                    2 000 B  at least this: one interval is unknown
`);
});

test('the summary of a file', () => {
  const summary = addUnreadable(records(...history).reduce(addRecord, NO_SUMMARY), { line: 6, reason: 'it is cut' });
  expect(renderSummary(summary, 'w.ndjson', { color: false })).toMatchInlineSnapshot(`
    "netmeter watch: w.ndjson, 2027-01-01 00:00:00 to 2027-01-03 00:09:00 UTC, 5 samples
      in            13 MB               12 998 500 B  at least this: one interval is unknown
      out          1.2 MB                1 200 733 B  at least this: 2 intervals are unknown
      loopback       2 kB                    2 000 B  at least this: one interval is unknown
      IpExt     at least 13 000 500 B in, at least 0 B out (loopback included)
      link      eth0: at least 13 000 500 B in, at least 1 200 733 B out
      peak in   205 kB/s over 1 min 00 s to 2027-01-01 00:01:00
      peak out  20 kB/s over 1 min 00 s to 2027-01-01 00:01:00

      day (UTC)                     in        out   loopback  intervals
      2027-01-01               12.3 MB     1.2 MB       2 kB          2  at least this: 1 unknown
      2027-01-01/2027-01-03     700 kB      693 B        0 B          1
      2027-01-03                 500 B       40 B        0 B          1  at least this: 1 unknown

      events: 1 × reboot; 1 × gap, 47 h 58 min; 2 × counter reset
      2027-01-01 00:02:00  eth0 counter reset: unknown
      2027-01-03 00:00:00  gap: no sample for 47 h 58 min
      2027-01-03 00:09:00  reboot: counted from the start of the machine, unknown before (5 min 00 s)

      unreadable lines, left out of the sums: 1
      line 6: it is cut
    "
  `);
});

test('a name cannot steer the terminal', () => {
  const [, record] = records({}, { minute: 1, links: { eth0: {}, 'e\u001b[2J': {} } });
  if (!record) throw new Error('no record');
  expect(renderSample(record, plain)).toContain(String.raw`e\e[2J appeared`);
});

test('an estimate is marked in lines, peaks and days', () => {
  const [first, second] = records(
    {},
    { minute: 1, inOctets: 9000n, tcpSegments: 99n, links: { eth0: { txBytes: 77_100n, txPackets: 20n } } },
  );
  if (!first || !second) throw new Error('no record');
  expect(renderSample(second, plain)).toMatch(/^\S+ \S+ +9 kB +~\S+ kB +\S+ B +150 B\/s +~\S+ kB\/s$/);
  const summary = renderSummary([first, second].reduce(addRecord, NO_SUMMARY), 'w.ndjson', { color: false });
  expect(summary).toMatch(/\n {2}2027-01-01 +9 kB +~\d/);
  expect(summary).toMatch(/\n {2}peak in +150 B\/s over .*\n {2}peak out +~\S+ kB\/s over /);
});
