import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { whyIncomparable } from '../../src/budget/comparison/comparable.js';
import { compareRuns } from '../../src/budget/comparison/compare.js';
import { judgeIncrease } from '../../src/budget/comparison/judge-increase.js';
import { suggestLimits } from '../../src/budget/suggest.js';
import { parseIncrease } from '../../src/cli/arguments/values/parse-increase.js';
import { jsonSource } from '../../src/cli/config/json-source.js';
import { parseConfig } from '../../src/cli/config/parse-config.js';
import { readReport } from '../../src/cli/read-report.js';
import { parseConnections } from '../../src/counters/connections.js';
import { parseDev } from '../../src/counters/dev.js';
import { parseNetstat } from '../../src/counters/netstat.js';
import { parseSnmp } from '../../src/counters/snmp.js';
import { parseSnmp6 } from '../../src/counters/snmp6.js';
import { parseSockstat } from '../../src/counters/sockstat.js';
import { unsettledConnections } from '../../src/counters/tcp-states.js';
import { parseUnixSockets } from '../../src/counters/unix-sockets.js';
import { NetmeterError } from '../../src/errors.js';
import { OWN_BEHALF } from '../../src/files/behalf.js';
import { renderJson } from '../../src/report/json.js';
import { renderComparison } from '../../src/report/text/comparison.js';
import { painter } from '../../src/report/text/paint.js';
import { readSummary } from '../../src/watch/read-summary.js';
import { recordLine } from '../../src/watch/records/next-record.js';
import { RecordFile } from '../../src/watch/records/write-records.js';
import { renderSummary } from '../../src/watch/render-summary.js';
import { generator, mutateBytes, mutateValue } from '../mutations.js';
import { ROOT } from '../netmeter.js';
import { MEASUREMENTS } from '../report/measurements.js';
import { records } from '../watch/machine.js';

/** So many files are mutated in all; the bar is 100,000: NETMETER_MUTATIONS=100000. */
const IN_ALL = Number(process.env['NETMETER_MUTATIONS'] ?? 4000);
const proc = join(ROOT, 'fixtures/proc');
const kernelFiles = (name: string) =>
  readdirSync(proc)
    .flatMap((machine) => readdirSync(join(proc, machine)).map((file) => join(proc, machine, file)))
    .filter((file) => file.endsWith(`/${name}`))
    .map((file) => readFileSync(file));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netmeter-mutated-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const REPORTS = MEASUREMENTS.map(([, measurement]) => Buffer.from(renderJson(measurement)));
const CONFIG = Buffer.from(
  JSON.stringify({
    max: {
      in: '50MB',
      out: 7,
      rateAverage: '1kB/s',
      connections: 3,
      remotes: { '*.example.com': '1MB' },
      processes: { git: 0 },
    },
    warn: { total: 1 },
    budgets: { install: { max: { total: '5MB' }, warn: {} } },
  }),
);
const WATCHED = Buffer.from(
  records({}, { minute: 1, inOctets: 5n }, { minute: 2, inOctets: 9n, boot: 'b' }, { minute: 3, links: { wlan0: {} } })
    .map(recordLine)
    .join(''),
);

type Target = {
  readonly seeds: readonly Buffer[];
  readonly isJson?: true;
  /** How many more are worth their time. */
  readonly share: number;
  readonly take: (bytes: Buffer) => unknown;
};

async function compareWith(bytes: Buffer): Promise<void> {
  const file = join(folder, 'report.json');
  writeFileSync(file, bytes);
  const run = await readReport(file, OWN_BEHALF);
  const original = JSON.parse(String(REPORTS[0]));
  for (const [before, after] of [
    [run, original],
    [original, run],
    [run, run],
  ] as const) {
    const rows = compareRuns(before, after);
    const limits = judgeIncrease(rows, parseIncrease('1%', '1B'));
    renderComparison({ before, after, rows, limits }, painter(false));
    whyIncomparable(before, after);
  }
  suggestLimits([run, run], 0.1);
}

async function* stream(bytes: Buffer) {
  yield bytes;
}

async function goOn(bytes: Buffer): Promise<void> {
  const path = join(folder, 'w.ndjson');
  writeFileSync(path, bytes);
  await using file = await RecordFile.open(path);
  await file.append('x\n');
}

const kernel = (name: string, parse: (text: string) => unknown): Target => ({
  seeds: kernelFiles(name),
  share: 1,
  take: (bytes) => parse(bytes.toString('latin1')),
});

const TARGETS: Readonly<Record<string, Target>> = {
  'a report': { seeds: REPORTS, isJson: true, share: 4, take: compareWith },
  'a configuration': {
    seeds: [CONFIG],
    isJson: true,
    share: 4,
    take: (bytes) => parseConfig(jsonSource('a.json', bytes.toString('utf8'), false)),
  },
  'a manifest': {
    seeds: [Buffer.from(`{ "name": "x", "netmeter": ${CONFIG} }`)],
    isJson: true,
    share: 1,
    take: (bytes) => parseConfig(jsonSource('package.json', bytes.toString('utf8'), true)),
  },
  'a watch file that is summed up': {
    seeds: [WATCHED],
    share: 4,
    take: async (bytes) => renderSummary(await readSummary('w', stream(bytes)), 'w', { color: false }),
  },
  'a watch file that goes on': { seeds: [WATCHED], share: 1, take: goOn },
  netstat: kernel('netstat', parseNetstat),
  snmp: kernel('snmp', parseSnmp),
  snmp6: kernel('snmp6', parseSnmp6),
  dev: kernel('dev', parseDev),
  sockstat: kernel('sockstat', (text) => parseSockstat(text)),
  tcp: kernel('tcp', (text) => [parseConnections(text), unsettledConnections(text)]),
  unix: kernel('unix', parseUnixSockets),
};
const SHARES = Object.values(TARGETS).reduce((sum, { share }) => sum + share, 0);

/** Of a text that is JSON, every other mutation is one of its values. */
function mutated({ seeds, isJson }: Target, index: number): Buffer {
  const below = generator(index);
  const seed = seeds[below(seeds.length)] ?? Buffer.alloc(0);
  if (!isJson || index % 2 === 0) return mutateBytes(seed, below);
  return Buffer.from(JSON.stringify(mutateValue(JSON.parse(String(seed)), below)) ?? '');
}

describe('a mutated file is taken or refused, and nothing else', () => {
  test.each(Object.entries(TARGETS))('%s', async (_, target) => {
    expect(target.seeds.length).toBeGreaterThan(0);
    let refused = 0;
    const count = Math.ceil((IN_ALL * target.share) / SHARES);
    for (let index = 1; index <= count; index++) {
      const bytes = mutated(target, index);
      try {
        await target.take(bytes);
      } catch (error) {
        refused++;
        if (!(error instanceof NetmeterError)) throw new Error(`mutation ${index}: ${bytes}`, { cause: error });
      }
    }
    expect(refused).toBeLessThan(count);
  });
});
