import { expect, test } from 'vitest';
import { mistakenCommand } from '../../../src/cli/arguments/mistaken-command.js';

const OWN = ['attach', 'compare', 'doctor'];

test.each<[string[], string, string | undefined]>([
  [['comparee', 'a.json'], 'comparee', 'netmeter compare'],
  [['--', 'comparee'], 'comparee', undefined],
  [['--quiet', 'comparee'], 'comparee', undefined],
  [['--max-total', '5', 'MB', '--', 'true'], 'MB', '--max-total 5MB'],
  [['--rate-limit', '1.5', 'MiB/s', 'true'], 'MiB/s', '--rate-limit 1.5MiB/s'],
  [['--interval', '5', 's', 'true'], 's', '--interval 5s'],
  [['--baseline', 'b.json', '--max-increase', '5', '%', 'true'], '%', '--max-increase 5%'],
  [['--report', 'a.json', 'MB'], 'MB', undefined],
  [['--kill', '5', 'MB'], '5', undefined],
  [['–max-in', '5MB', '--', 'true'], '–max-in', '--max-in'],
  [['−−max-inn=5MB', '--', 'true'], '−−max-inn=5MB', '--max-in=5MB'],
  [['—', 'true'], '—', '--'],
  [['–q', 'true'], '–q', undefined],
])('%j', (argv, word, meant) => {
  expect(mistakenCommand(argv, word, OWN)).toBe(meant);
});
