import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSummary } from '../../src/watch/read-summary.js';
import { addRecord, addUnreadable } from '../../src/watch/records/add-record.js';
import { recordLine } from '../../src/watch/records/next-record.js';
import { parseRecord } from '../../src/watch/records/parse-record.js';
import type { SampleRecord } from '../../src/watch/records/record.js';
import { MAX_LISTED, NO_SUMMARY } from '../../src/watch/summary.js';
import { type Machine, records } from './machine.js';

const schema: object = JSON.parse(
  readFileSync(new URL('../../src/watch/watch-1.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

async function* stream(...texts: readonly string[]) {
  for (const text of texts) yield Buffer.from(text);
}

const summarise = (written: readonly SampleRecord[]) => written.reduce(addRecord, NO_SUMMARY);
const DAY = 1440;

test('sums, days and peaks', () => {
  const summary = summarise(
    records(
      {},
      { minute: 1, inOctets: 600n },
      { minute: 2, inOctets: 6600n, lo: 100n },
      { minute: 3, inOctets: 6700n, lo: 100n, links: { eth0: { txBytes: 60n, rxBytes: 6709n } } },
    ),
  );
  expect(summary).toMatchObject({
    samples: 4,
    from: '2027-01-01T00:00:00.000Z',
    to: '2027-01-01T00:03:00.000Z',
    external: { in: { octets: '6600', unknown: 0 }, out: { octets: '60', unknown: 0 } },
    loopback: { octets: '100' },
    raw: { ipv4: { in: { octets: '6700' } }, ipv6: { in: { octets: '0', unknown: 0 } } },
    devices: { eth0: { in: { octets: '6709' }, out: { octets: '60' } } },
    peak: { in: { at: '2027-01-01T00:02:00.000Z', octetsPerSecond: 98, errorBound: 0 }, out: { octetsPerSecond: 1 } },
    days: [{ day: '2027-01-01', intervals: 3, in: { octets: '6600' } }],
    events: [],
  });
});

test('an interval belongs to the day in which it ended, a gap over midnight to no single day', () => {
  const summary = summarise(
    records(
      { minute: DAY - 2 },
      { minute: DAY - 1, inOctets: 1n },
      { minute: DAY, inOctets: 3n },
      { minute: 3 * DAY + 5, inOctets: 103n },
      { minute: 3 * DAY + 6, inOctets: 104n },
    ),
  );
  expect(summary.days.map(({ day, in: { octets } }) => [day, octets])).toEqual([
    ['2027-01-01', '1'],
    ['2027-01-02', '2'],
    ['2027-01-02/2027-01-04', '100'],
    ['2027-01-04', '1'],
  ]);
  expect(summary).toMatchObject({ eventCounts: { gap: 1 }, gapMs: (2 * DAY + 5) * 60_000 });
});

test('an interval of days that was asked for is no gap', () => {
  const intervalMs = 3 * DAY * 60_000;
  const summary = summarise(records({ intervalMs }, { intervalMs, minute: 3 * DAY, inOctets: 5n }));
  expect(summary.days.map(({ day }) => day)).toEqual(['2027-01-04']);
});

test('an interval that was cut short has no peak', () => {
  const summary = summarise(records({}, { minute: 0.01, inOctets: 5_000_000n }));
  expect(summary.peak).toEqual({ in: null, out: null });
});

test('a device that came late is reported from where it came, one that went is not missing for ever', () => {
  const summary = summarise(
    records(
      { links: { eth0: {} } },
      { minute: 1, links: { eth0: {}, usb0: { rxBytes: 5n } } },
      { minute: 2, links: { eth0: {} } },
      { minute: 3, links: { eth0: {} } },
    ),
  );
  expect(summary.devices['usb0']?.in).toEqual({ octets: '5', errorBound: '0', unknown: 1 });
  expect(summary.devices['eth0']?.in.unknown).toBe(0);
});

test('lists are bounded, counts are not', () => {
  let summary = NO_SUMMARY;
  for (let line = 1; line <= MAX_LISTED + 5; line++) summary = addUnreadable(summary, { line, reason: 'cut' });
  const [, gap] = records({}, { minute: 9 });
  if (!gap) throw new Error('no record');
  for (let times = 0; times < MAX_LISTED + 5; times++) summary = addRecord(summary, gap);
  expect([summary.unreadable.length, summary.events.length]).toEqual([MAX_LISTED, MAX_LISTED]);
  expect([summary.unreadableCount, summary.eventCounts.gap]).toEqual([MAX_LISTED + 5, MAX_LISTED + 5]);
});

test('sums are exact beyond what a number holds', () => {
  const step = 2n ** 53n - 1n;
  const summary = summarise(records({}, ...[1, 2, 3].map((at) => ({ minute: at, inOctets: step * BigInt(at) }))));
  expect(summary.external.in.octets).toBe(String(step * 3n));
});

test('unreadable lines are reported by number and kept out of the sums', async () => {
  const [first, second, third] = records({}, { minute: 1, inOctets: 5n }, { minute: 2, inOctets: 9n }).map(recordLine);
  const summary = await readSummary('x', stream(`${first}\0\0\0\n${second}`, `{"schema":2}\n\n${third?.slice(0, 99)}`));
  expect(summary).toMatchObject({ samples: 2, external: { in: { octets: '5' } }, unreadableCount: 3 });
  expect(summary.unreadable).toEqual([
    { line: 2, reason: 'it has zero bytes (power loss?)' },
    { line: 4, reason: 'schema is not 1' },
    { line: 6, reason: 'it is cut or no JSON' },
  ]);
});

test('a last line that lacks its newline alone is whole', async () => {
  const text = records({}, { minute: 1, inOctets: 5n }).map(recordLine).join('').trimEnd();
  expect(await readSummary('x', stream(text))).toMatchObject({ samples: 2, unreadableCount: 0 });
});

test.each(['', '\n', 'hello\n', '{}\n'])('a file with no sample (%j) is refused', async (text) => {
  await expect(readSummary('x', stream(text))).rejects.toMatchObject({ code: 'WATCH_FILE_FOREIGN' });
});

test('a file that is not there', async () => {
  await expect(readSummary('/no/such/file')).rejects.toMatchObject({ code: 'WATCH_FILE_FAILED' });
});

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const small = fc.bigInt({ min: 0n, max: 5000n });
const counter = fc.oneof({ weight: 4, arbitrary: small }, u64);
const index = fc.option(fc.integer({ min: 2, max: 5 }));
const link = fc.record({ rxBytes: counter, rxPackets: counter, txBytes: counter, txPackets: counter, index });
const machine: fc.Arbitrary<Machine> = fc.record(
  {
    minute: fc.integer({ min: 0, max: 10_000 }),
    uptimeMinutes: fc.integer({ min: 0, max: 10_000 }),
    boot: fc.constantFrom('a', 'b'),
    namespace: fc.constantFrom('net:[1]', 'net:[2]', null),
    inOctets: counter,
    outOctets: counter,
    lo: counter,
    ip6: fc.record({ in: counter, out: counter }),
    links: fc.dictionary(fc.constantFrom('eth0', 'eth1', '__proto__', 'constructor'), link, { maxKeys: 3 }),
  },
  { requiredKeys: ['minute'] },
);

test('any history: lines read back to the same records and sums, and no delta is negative', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(machine, { minLength: 1, maxLength: 8 }), async (machines) => {
      const written = records(...machines);
      const lines = written.map(recordLine);
      for (const [at, line] of lines.entries()) {
        const parsed = parseRecord(line.trimEnd());
        expect(parsed).toEqual({ kind: 'record', record: written[at] });
        expect(validate(JSON.parse(line)) || validate.errors).toBe(true);
      }
      const summary = await readSummary('x', stream(lines.join('')));
      expect(summary).toEqual(summarise(written));
      expect(validate(JSON.parse(JSON.stringify(summary))) || validate.errors).toBe(true);
      const total = written.at(-1)?.total;
      expect({ ...summary.external, loopback: summary.loopback }).toEqual({
        in: total?.in,
        out: total?.out,
        loopback: total?.loopback,
      });
      expect(JSON.stringify(written.map(({ delta }) => delta))).not.toMatch(/:-/);
    }),
  );
});
