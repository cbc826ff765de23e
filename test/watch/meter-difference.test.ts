import { describe, expect, test } from 'vitest';
import { painter } from '../../src/report/text/paint.js';
import { nextRecord, recordLine } from '../../src/watch/records/next-record.js';
import { parseRecord } from '../../src/watch/records/parse-record.js';
import type { RecordedMeter, SampleRecord } from '../../src/watch/records/record.js';
import { renderSample } from '../../src/watch/render-sample.js';
import { type Machine, reading } from './machine.js';

type Counted = Partial<Omit<RecordedMeter, 'counters'>> & { readonly counters?: Readonly<Record<string, number>> };

const NAMES = [
  ...['inWireOctets', 'outWireOctets', 'inIpOctets', 'outIpOctets', 'loopbackOctets', 'inErrorBound'],
  ...['outErrorBound', 'inUnbounded', 'outUnbounded', 'appeared', 'vanished', 'foundLate'],
];

function meter({ counters = {}, ...rest }: Counted = {}): RecordedMeter {
  const table = Object.fromEntries(NAMES.map((name) => [name, String(counters[name] ?? 0)]));
  return { cgroup: '/a.service', counting: 'first', isThere: true, ...rest, counters: table };
}

/** A record for each, a minute apart, of a machine that moves a lot beside. */
function records(...counts: readonly (Counted & { readonly machine?: Machine })[]): SampleRecord[] {
  const made: SampleRecord[] = [];
  counts.forEach(({ machine, ...counted }, minute) => {
    const inOctets = BigInt(minute) * 1_000_000n;
    made.push(nextRecord(made.at(-1), { ...reading({ minute, inOctets, ...machine }), meter: meter(counted) }));
  });
  return made;
}

const last = (made: readonly SampleRecord[]) => made.at(-1) as SampleRecord;
const plain = painter(false);

test('what was added is the control group’s, and not the machine’s', () => {
  const record = last(
    records(
      { counters: { inWireOctets: 500, appeared: 1 } },
      {
        counters: {
          inWireOctets: 800,
          outWireOctets: 20,
          inIpOctets: 700,
          loopbackOctets: 9,
          outErrorBound: 5,
          appeared: 1,
        },
      },
    ),
  );
  expect(record.delta).toMatchObject({
    external: {
      in: { wireOctets: 300, errorBound: 0, ipOctets: 700 },
      out: { wireOctets: 20, errorBound: 5, ipOctets: 0 },
    },
    loopback: 9,
    raw: { ipv4: { in: 1_000_000 } },
    elapsedMs: 60_000,
  });
  expect(record.total).toMatchObject({ in: { octets: '300', unknown: 0 }, out: { octets: '20' } });
  expect(record.events).toEqual([]);
});

test('an interval without a bound has none, and the next one has', () => {
  const [, second, third] = records(
    {},
    { counters: { inUnbounded: 1 } },
    { counters: { inUnbounded: 1, inErrorBound: 4 } },
  );
  expect(second?.delta?.external.in.errorBound).toBeNull();
  expect(third?.delta?.external.in.errorBound).toBe(4);
});

describe('what netmeter has not counted is unknown, and never 0', () => {
  test('another netmeter goes on in the file', () => {
    const [, , third, fourth] = records(
      {},
      { counters: { inWireOctets: 100 } },
      { counting: 'second', machine: { minute: 50 } },
      { counting: 'second', counters: { inWireOctets: 30 }, machine: { minute: 51 } },
    );
    expect(third?.delta?.external).toEqual({
      in: { wireOctets: null, errorBound: null, ipOctets: null },
      out: { wireOctets: null, errorBound: null, ipOctets: null },
    });
    expect(third?.delta?.loopback).toBeNull();
    expect(third?.events).toContainEqual({ kind: 'counting-began', unseenMs: 49 * 60_000 });
    expect(third?.events.map(({ kind }) => kind)).toContain('gap');
    expect(fourth?.delta?.external.in.wireOctets).toBe(30);
    expect(fourth?.total).toMatchObject({ in: { octets: '130', unknown: 1 }, loopback: { unknown: 1 } });
    expect(renderSample(third as SampleRecord, plain)).toContain('counted anew: unknown before (49 min 00 s)');
  });

  test('the machine was started anew', () => {
    const record = last(
      records({ counters: { inWireOctets: 9 } }, { counting: 'second', machine: { boot: 'second', uptimeMinutes: 1 } }),
    );
    expect(record.delta?.external.in.wireOctets).toBeNull();
    expect(record.events.map(({ kind }) => kind)).toEqual(['reboot', 'counting-began']);
    expect(record.total.in.unknown).toBe(1);
  });

  test('another network namespace is nothing to a control group', () => {
    const record = last(records({}, { counters: { inWireOctets: 7 }, machine: { namespace: 'net:[2]' } }));
    expect(record.delta?.external.in.wireOctets).toBe(7);
    expect(record.events).toEqual([]);
  });
});

describe('a service that is started anew', () => {
  test('is followed', () => {
    const record = last(
      records(
        { counters: { inWireOctets: 100, appeared: 1 } },
        { counters: { inWireOctets: 150, appeared: 2, vanished: 1 } },
      ),
    );
    expect(record.delta?.external.in.wireOctets).toBe(50);
    expect(record.events).toEqual([
      { kind: 'cgroup-vanished', times: 1 },
      { kind: 'cgroup-appeared', times: 1, late: 0 },
    ]);
    expect(record.total.in.unknown).toBe(0);
  });

  test('and found late: its first bytes may be missing', () => {
    const record = last(
      records({ counters: { appeared: 1 } }, { counters: { inWireOctets: 5, appeared: 4, vanished: 3, foundLate: 1 } }),
    );
    expect(record.total.in).toEqual({ octets: '5', errorBound: '0', unknown: 1 });
    expect(renderSample(record, plain)).toContain('vanished 3 times; the control group appeared 3 times: its first');
  });

  test('while it is not there, that is said', () => {
    const record = last(records({ isThere: false }, { isThere: false }));
    expect(renderSample(record, plain)).toContain('the control group is not there');
  });
});

test('a record is read as it was written', () => {
  const record = last(
    records({}, { counting: 'second' }, { counting: 'second', counters: { vanished: 1, appeared: 1 } }),
  );
  expect(parseRecord(recordLine(record).trimEnd())).toEqual({ kind: 'record', record });
});
