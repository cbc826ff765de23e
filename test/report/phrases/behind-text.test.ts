import { expect, test } from 'vitest';
import type { Measurement } from '../../../src/measurement/measurement.js';
import type { BehindWire } from '../../../src/measurement/traffic.js';
import { trafficTable } from '../../../src/report/tables/traffic-table.js';
import { renderText } from '../../../src/report/text/text.js';
import { ipOctets, packets } from '../../../src/units.js';
import { quiet } from '../measurements.js';

const multicast: BehindWire = {
  ...{ kind: 'multicast', way: 'out', packets: packets(31), ipOctets: ipOctets(3880), certainty: 'exact' },
};
const behindWire: readonly BehindWire[] = [
  multicast,
  { kind: 'not-ip', way: 'out', packets: packets(1), ipOctets: null, certainty: 'at-least' },
  { kind: 'discarded', way: 'out', packets: packets(10), ipOctets: null, certainty: 'at-most' },
  { kind: 'strays', way: 'out', packets: packets(2), ipOctets: ipOctets(80), certainty: 'exact' },
  { kind: 'icmp-errors', way: 'in', packets: packets(6), ipOctets: ipOctets(936), certainty: 'exact' },
];
const reported = (behind: readonly BehindWire[]): Measurement => ({
  ...quiet,
  traffic: { ...quiet.traffic, behindWire: behind },
});

/** The lines of one label, joined. */
function rowOf(measurement: Measurement): string {
  const lines = renderText(measurement, { color: false }).split('\n');
  const first = lines.findIndex((line) => line.startsWith('  of these '));
  const more = lines.slice(first + 1).findIndex((line) => !line.startsWith(' '.repeat(12)));
  return lines
    .slice(first, first + 1 + more)
    .map((line) => line.trim())
    .join(' ');
}

test('each kind in the summary, below the numbers that it is in', () => {
  expect(rowOf(reported(behindWire))).toBe(
    'of these  out: 3 880 B in 31 packets of multicast or broadcast, which stays on its link; ' +
      'out: at least 1 packet of other protocols than IP, which are not forwarded; ' +
      'out: up to 10 packets that this machine did not forward (TTL, address); ' +
      'out: 80 B in 2 packets of no connection any more or a forged source, which this machine did not forward; ' +
      'in: 936 B in 6 packets of ICMP errors by this machine, for packets that it did not forward',
  );
  expect(rowOf(reported([{ ...multicast, packets: null }]))).toBe(
    'of these  out: 3 880 B of multicast or broadcast, which stays on its link',
  );
  expect(renderText(quiet, { color: false })).not.toContain('of these');
});

test('in the tables a row each, below the total', () => {
  expect(trafficTable(reported(behindWire)).rows.slice(2)).toEqual([
    ['total', '0 B', '0 B', '0'],
    ['of out, multicast or broadcast', '3 880 B', '3.88 kB', '31'],
    ['of out, not IP (at least)', 'unknown', '', '1'],
    ['of out, not forwarded here (up to)', 'unknown', '', '10'],
    ['of out, of no connection any more or a forged source', '80 B', '80 B', '2'],
    ['of in, ICMP errors by this machine', '936 B', '936 B', '6'],
  ]);
});
