import { expect, test } from 'vitest';
import type { Contamination } from '../../../src/measurement/isolation.js';
import type { Measurement } from '../../../src/measurement/measurement.js';
import { sharingRows } from '../../../src/report/text/sharing-row.js';
import { milliseconds } from '../../../src/units.js';
import { quiet } from '../measurements.js';

const said = (measurement: Measurement) =>
  sharingRows(measurement, {
    bold: (text) => text,
    red: (text) => text,
    green: (text) => text,
    yellow: (text) => `!${text}`,
  })
    .join('')
    .replace(/\s+!?/g, ' ')
    .trim();

const clean: Contamination = {
  grade: 'clean',
  idleOctets: 0,
  idleMs: milliseconds(2000),
  foreignConnections: 0,
};

test.each<[string, Partial<Contamination>, string]>([
  ['nobody', {}, 'sharing clean: 0 B moved in 2.00 s without the command'],
  [
    'bytes of others',
    { grade: 'shared', idleOctets: 1234 },
    'sharing shared: the numbers are an upper bound (1 234 B moved in 2.00 s without the command)',
  ],
  [
    'a connection of others',
    { grade: 'shared', foreignConnections: 1 },
    'sharing shared: the numbers are an upper bound (0 B moved in 2.00 s without the command, 1 connection of others)',
  ],
  [
    'connections, but nothing was watched',
    { grade: 'shared', idleOctets: null, idleMs: milliseconds(0), foreignConnections: 2 },
    'sharing shared: the numbers are an upper bound (the network was not watched without the command (--baseline-idle), 2 connections of others)',
  ],
  [
    'nobody seen',
    { grade: 'unknown' },
    'sharing unknown: 0 B moved in 2.00 s without the command, but others may have come between two looks',
  ],
  [
    'not watched',
    { grade: 'unknown', idleOctets: null, idleMs: milliseconds(0) },
    'sharing unknown: the numbers are an upper bound (the network was not watched without the command (--baseline-idle))',
  ],
])('%s', (_, seen, text) => {
  expect(said({ ...quiet, contamination: { ...clean, ...seen } })).toBe(text);
});

test.each<[number | null, Contamination['grade'], string]>([
  [0, 'clean', 'sharing clean: the process is alone in its namespace'],
  [1, 'shared', 'sharing shared: the numbers are an upper bound (1 other process in the namespace)'],
  [3, 'shared', 'sharing shared: the numbers are an upper bound (3 other processes in the namespace)'],
  [
    null,
    'unknown',
    'sharing unknown: the numbers are an upper bound (this user may not see who else lives in the namespace)',
  ],
])('an attached process with %s sharers', (sharedWith, grade, text) => {
  const command = { ...quiet.command, attached: { pid: 7, metered: 'namespace', cgroup: null, sharedWith } as const };
  expect(said({ ...quiet, command, contamination: { ...clean, grade } })).toBe(text);
});

test('a namespace of the command’s own has no such line', () => {
  expect(said(quiet)).toBe('');
});
