import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readReport } from '../../src/cli/read-report.js';
import { renderJson } from '../../src/report/json.js';
import { crawl, MEASUREMENTS } from '../report/measurements.js';

const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  const file = join(folder, 'report.json');
  writeFileSync(file, text);
  return readReport(file);
}

test.each(MEASUREMENTS)('the report of %s is read as it was written', (_, measurement) => {
  expect(read(renderJson(measurement))).toEqual(measurement);
});

test('what a later netmeter adds is let be', () => {
  const report = { ...crawl, more: 1, method: { ...crawl.method, more: 2 } };
  expect(read(JSON.stringify(report))).toEqual(report);
});

test.each<[string, RegExp]>([
  ['', /not JSON/],
  ['{', /not JSON/],
  ['[]', /schema is not|no report/],
  ['null', /no report of netmeter/],
  [JSON.stringify({ ...crawl, schema: 2 }), /schema is not/],
  [JSON.stringify({ ...crawl, traffic: {} }), /traffic\.external is not/],
  [JSON.stringify({ ...crawl, command: { ...crawl.command, argv: [] } }), /command\.argv is not/],
  [JSON.stringify({ ...crawl, remotes: { ...crawl.remotes, rows: [{}] } }), /remotes\.rows\.0\.address is not/],
])('refused: %.40s', (text, message) => {
  expect(() => read(text)).toThrow(expect.objectContaining({ code: 'REPORT_UNREADABLE' }));
  expect(() => read(text)).toThrow(message);
});

test('a file that is not there', () => {
  expect(() => readReport(join(folder, 'none.json'))).toThrow(/ENOENT/);
});
