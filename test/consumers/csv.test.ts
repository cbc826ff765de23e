import { expect, test } from 'vitest';
import { renderCsv } from '../../src/report/csv.js';
import { totalOf } from '../../src/report/flows.js';
import { blind, long, quiet } from '../report/special.js';
import { describeWith, feed, PYTHON } from '../tools.js';
import { ALL } from './measurements.js';

const READ = `
import csv, io, json, sys
print(json.dumps(list(csv.DictReader(io.StringIO(sys.stdin.read(), newline=''), strict=True))))`;

type Row = { readonly at_ms: string; readonly bytes_in: string; readonly bytes_out: string };

const rows = (text: string) => JSON.parse(feed(PYTHON, ['-c', READ], text)) as Row[];

describeWith([`test -x ${PYTHON}`], 'the samples as CSV', () => {
  test.each(ALL)('of %s are read whole, and only grow', (_, measurement) => {
    const read = rows(renderCsv(measurement));
    expect(Object.keys(read[0] ?? {})).toEqual(['at_ms', 'bytes_in', 'bytes_out']);
    const times = read.map(({ at_ms }) => Number(at_ms));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(times).size).toBe(times.length);
  });

  test('end with the totals', () => {
    const { external } = long.traffic;
    expect(rows(renderCsv(long)).at(-1)).toEqual({
      at_ms: `${long.command.durationMs}`,
      bytes_in: `${external.in.wireOctets}`,
      bytes_out: `${external.out.wireOctets}`,
    });
    expect(totalOf(external).wireOctets).toBe(49_438_999);
    expect(rows(renderCsv(long))).toHaveLength(long.series.samples.length + 2);
  });

  test('leave what is unknown empty', () => {
    expect(rows(renderCsv(blind)).at(-1)).toEqual({ at_ms: '7384000', bytes_in: '', bytes_out: '' });
  });

  test('of a run without a sample are its start and its end', () => {
    expect(renderCsv(quiet)).toBe('at_ms,bytes_in,bytes_out\n0,0,0\n4.2,0,0\n');
  });
});
