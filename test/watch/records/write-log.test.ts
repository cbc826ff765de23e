import { expect, test } from 'vitest';
import { addRecord } from '../../../src/watch/records/add-record.js';
import { parseRecord } from '../../../src/watch/records/parse-record.js';
import { MAX_WAITING, SampleLog } from '../../../src/watch/records/write-log.js';
import { NO_SUMMARY } from '../../../src/watch/summary.js';
import { reading } from '../machine.js';

/** A disk that can be full. */
function disk() {
  const lines: string[] = [];
  const state = {
    full: false,
    lines,
    append: async (line: string) => {
      if (state.full) throw new Error('full');
      lines.push(line);
    },
  };
  return state;
}

const at = (minute: number) => reading({ minute, inOctets: BigInt(minute * 10) });

/** Sum of the deltas that reached the disk. */
const sum = (lines: readonly string[]) =>
  lines.reduce((summary, line) => {
    const parsed = parseRecord(line.trimEnd());
    if (parsed.kind !== 'record') throw new Error(parsed.reason);
    return addRecord(summary, parsed.record);
  }, NO_SUMMARY);

test('without a file nothing waits', async () => {
  const log = new SampleLog(undefined, undefined);
  await log.add(at(0));
  expect(await log.add(at(1))).toMatchObject({
    waiting: 0,
    record: { delta: { external: { in: { wireOctets: 10 } } } },
  });
});

test('records wait for a full disk and are written in order', async () => {
  const file = disk();
  const log = new SampleLog(file, undefined);
  await log.add(at(0));
  file.full = true;
  expect(await log.add(at(1))).toMatchObject({ failure: new Error('full'), waiting: 1 });
  expect(await log.add(at(2))).toMatchObject({ failure: new Error('full'), waiting: 2 });
  expect(file.lines.length).toBe(1);
  file.full = false;
  expect(await log.add(at(3))).toMatchObject({ waiting: 0 });
  expect(sum(file.lines)).toMatchObject({ samples: 4, external: { in: { octets: '30' } }, events: [] });
});

test('a disk that is full for days: memory is bounded, and no byte is lost', async () => {
  const file = disk();
  const log = new SampleLog(file, undefined);
  await log.add(at(0));
  file.full = true;
  for (let minute = 1; minute <= MAX_WAITING + 100; minute++)
    expect((await log.add(at(minute))).waiting).toBeLessThanOrEqual(MAX_WAITING);
  file.full = false;
  const end = MAX_WAITING + 101;
  const { record } = await log.add(at(end));
  expect(record).toMatchObject({
    events: [{ kind: 'gap', ms: 101 * 60_000 }],
    total: { in: { octets: `${end * 10}` } },
  });
  expect(sum(file.lines)).toMatchObject({ samples: MAX_WAITING + 2, external: { in: { octets: `${end * 10}` } } });
});
