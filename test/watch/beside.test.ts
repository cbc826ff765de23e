import { expect, test } from 'vitest';
import { painter } from '../../src/report/text/paint.js';
import { addRecord } from '../../src/watch/records/add-record.js';
import { recordLine } from '../../src/watch/records/next-record.js';
import { parseRecord } from '../../src/watch/records/parse-record.js';
import { renderSample } from '../../src/watch/render-sample.js';
import { renderSummary } from '../../src/watch/render-summary.js';
import { NO_SUMMARY } from '../../src/watch/summary.js';
import { type Machine, records } from './machine.js';

const frames = (octets: bigint) => ({ rxBytes: octets, rxPackets: 0n, txBytes: octets / 2n, txPackets: 0n });
const minute = (at: number, bridge: bigint, beside: readonly string[] = ['docker0', 'virbr0']): Machine => ({
  ...{ minute: at, devices: ['eth0'], beside },
  links: { eth0: frames(0n), docker0: frames(bridge), virbr0: frames(500n) },
});
const plain = painter(false);

test('what went to others on this machine is said, each time and in sum, and is in no number', () => {
  const all = records(minute(0, 100n), minute(1, 3100n), minute(2, 3100n), minute(3, 4100n));
  const lines = all.map((record) => renderSample(record, plain));
  expect(lines.map((line) => /uncounted .*/.exec(line)?.[0])).toEqual([
    undefined,
    'uncounted docker0: 3 kB in, 1.5 kB out',
    undefined,
    'uncounted docker0: 1 kB in, 500 B out',
  ]);
  expect(all.at(-1)?.total).toMatchObject({ in: { octets: '0' }, out: { octets: '0' } });
  const summary = all.reduce(addRecord, NO_SUMMARY);
  expect(summary.beside).toEqual({
    docker0: {
      in: { octets: '4000', errorBound: '0', unknown: 0 },
      out: { octets: '2000', errorBound: '0', unknown: 0 },
    },
  });
  const text = renderSummary(summary, 'w.ndjson', { color: false });
  expect(text).toContain('  uncounted docker0: 4 000 B in, 2 000 B out (containers and the like on this');
  expect(all.map((record) => parseRecord(recordLine(record)).kind)).toEqual(['record', 'record', 'record', 'record']);
});

test('nothing of it is said where there is nothing', () => {
  const summary = records(minute(0, 100n), minute(1, 100n)).reduce(addRecord, NO_SUMMARY);
  expect(summary).not.toHaveProperty('beside');
  expect(renderSummary(summary, 'w.ndjson', { color: false })).not.toContain('uncounted');
});
