import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readReport } from '../../src/cli/read-report.js';
import { OWN_BEHALF } from '../../src/files/behalf.js';
import { renderJson } from '../../src/report/json.js';
import { crawl, MEASUREMENTS } from '../report/measurements.js';

const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  const file = join(folder, 'report.json');
  writeFileSync(file, text);
  return readReport(file, OWN_BEHALF);
}

test.each(MEASUREMENTS)('the report of %s is read as it was written', async (_, measurement) => {
  expect(await read(renderJson(measurement))).toEqual(measurement);
});

test('what a later netmeter adds is let be', async () => {
  const report = { ...crawl, more: 1, method: { ...crawl.method, more: 2 } };
  expect(await read(JSON.stringify(report))).toEqual(report);
});

test.each<[string, RegExp]>([
  ['', /not JSON/],
  ['{', /not JSON/],
  ['[]', /not a report of netmeter/],
  ['{}', /not a report of netmeter/],
  ['null', /not a report of netmeter/],
  [JSON.stringify({ ...crawl, schema: 2 }), /its schema is 2, and this netmeter reads 1/],
  [JSON.stringify({ ...crawl, traffic: {} }), /its traffic\.external is not what netmeter writes/],
  [JSON.stringify({ ...crawl, command: { ...crawl.command, argv: [] } }), /command\.argv is not/],
  [JSON.stringify({ ...crawl, remotes: { ...crawl.remotes, rows: [{}] } }), /remotes\.rows\.0\.address is not/],
])('refused: %.40s', async (text, message) => {
  await expect(read(text)).rejects.toMatchObject({
    code: 'REPORT_UNREADABLE',
    message: expect.stringMatching(message),
  });
});

test('a file that is not there', async () => {
  await expect(readReport(join(folder, 'none.json'), OWN_BEHALF)).rejects.toThrow('no such file or directory');
});

test('one that is not UTF-8 is refused, and not read as something else', async () => {
  const file = join(folder, 'latin1.json');
  writeFileSync(file, Buffer.from(renderJson(crawl).replace('crawl', 'cräwl'), 'latin1'));
  await expect(readReport(file, OWN_BEHALF)).rejects.toThrow('latin1.json: it is not UTF-8');
});
