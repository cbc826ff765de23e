import { expect, test } from 'vitest';
import { parseReport, parseReports } from '../../../../src/cli/arguments/values/report-target.js';

test.each([
  ['-', 'json'],
  ['net.json', 'json'],
  ['a.b/net.txt', 'txt'],
  ['NET.MD', 'md'],
  ['net.html', 'html'],
  ['net.csv', 'csv'],
  ['/var/lib/node_exporter/net.prom', 'prom'],
  ['net.junit.xml', 'junit'],
  ['TEST-net.xml', 'junit'],
  ['net.json.xml', 'junit'],
])('%s is taken for %s', (path, format) => {
  expect(parseReport(path)).toEqual({ path, format });
});

test.each(['net', 'net.htm', 'net.junit', '.json', 'json', 'a.json/net', '', 'net.json.'])(
  '%j is no report that is known',
  (path) => {
    expect(() => parseReport(path)).toThrow('no format is known');
  },
);

test('one report alone may go to stdout', () => {
  expect(parseReports(['-', 'a.md']).map(({ format }) => format)).toEqual(['json', 'md']);
  expect(() => parseReports(['-', 'a.md', '-'])).toThrow('--report - was given 2 times');
});
