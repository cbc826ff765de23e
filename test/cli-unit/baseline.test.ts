import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judgeBaseline, openBaseline } from '../../src/cli/baseline.js';
import { OWN_BEHALF } from '../../src/files/behalf.js';
import { renderJson } from '../../src/report/json.js';
import { limitText } from '../../src/report/phrases/limit-text.js';
import { crawl, estimate } from '../report/measurements.js';

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  file = join(folder, 'base.json');
  writeFileSync(file, renderJson(crawl));
});
afterAll(() => rmSync(folder, { recursive: true }));

const { argv } = crawl.command;
const open = (place: 'veth' | 'host' | undefined) =>
  openBaseline({ file, increase: { share: 0.1, octets: 1 } }, { argv, place }, { behalf: OWN_BEHALF });

test('an isolation that was asked for, and is not the baseline’s, is refused before the run', async () => {
  expect(crawl.isolation.kind).toBe('veth');
  await expect(open('host')).rejects.toMatchObject({
    code: 'INCOMPARABLE',
    message: `the baseline ${file} cannot be compared: the isolation was veth and would be host`,
    cure: expect.stringContaining('--save-baseline'),
  });
  await expect(open('veth')).resolves.toMatchObject({ file });
});

test('one that netmeter chose is unmeasured, its exact number as it is', async () => {
  const { budget } = judgeBaseline({ ...estimate, isolation: { kind: 'offline' } }, await open(undefined));
  const total = budget?.limits.find(({ subject }) => subject === 'total');
  expect(total?.verdict).toBe('unmeasured');
  expect(total && limitText(total)).toMatch(
    /^total vs\. baseline \d[\d ]+ B: cannot be judged .*: the isolation was veth and is offline/,
  );
});
