import { expect, test } from 'vitest';
import { lackOf } from '../../src/doctor/measure-load.js';
import { type Ended, readRun } from '../../src/doctor/run-load.js';
import type { Measurement } from '../../src/measurement/measurement.js';

const report = (families: readonly string[], warnings: Measurement['warnings'] = []) =>
  ({ isolation: { kind: 'veth', mtu: 1500, families }, warnings }) as unknown as Measurement;
const both = report(['ipv4', 'ipv6']);
const ended = (how: Partial<Ended> = {}): Ended => ({
  ...{ failed: true, timedOut: false, stdout: '', stderr: '' },
  ...how,
});

test.each<[string, Ended, ReturnType<typeof readRun>]>([
  ['went well', ended({ failed: false, stdout: JSON.stringify(both) }), { measurement: both }],
  [
    'has a command that failed',
    ended({ stdout: JSON.stringify(both), stderr: '\nno answer\nand more' }),
    { measurement: both, failure: 'no answer' },
  ],
  ['was refused', ended({ stderr: 'netmeter: it is refused\n  cure' }), { failure: 'netmeter: it is refused' }],
  [
    'said nothing',
    ended({ shortMessage: "Command failed with exit code 1: node -e 'a page of code'" }),
    { failure: 'Command failed with exit code 1' },
  ],
  ['took too long', ended({ timedOut: true, stderr: 'half a word' }), { failure: 'it took longer than 5 min' }],
  ['printed no report', ended({ failed: false, stdout: 'none' }), { failure: 'it printed no report' }],
])('a run that %s', (_, how, expected) => {
  expect(readRun(how)).toEqual(expected);
});

test('a family that the command had not is no failure, and the run itself says why', () => {
  const warning = { code: 'NO_IPV6', message: 'this host does not forward it' };
  expect(lackOf(both, 'ipv6')).toBeUndefined();
  expect(lackOf(report(['ipv4'], [warning]), 'ipv6')).toBe('this host does not forward it');
  expect(lackOf(report(['ipv4']), 'ipv6')).toBe('the command had no IPv6');
});
