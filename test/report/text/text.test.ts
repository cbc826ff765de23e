import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Measurement } from '../../../src/measurement/measurement.js';
import { renderHtml } from '../../../src/report/html/html.js';
import { renderText } from '../../../src/report/text/text.js';
import { ipOctets, milliseconds, packets } from '../../../src/units.js';
import { blind, breach, crawl, estimate, MEASUREMENTS, quiet } from '../measurements.js';

const plain = (measurement: Measurement) => renderText(measurement, { color: false });
const lineOf = (measurement: Measurement, label: string) =>
  plain(measurement)
    .split('\n')
    .filter((line) => line.startsWith(`  ${label} `));
const running = (argv: string[]) => plain({ ...quiet, command: { ...quiet.command, argv } }).split('\n')[0];

describe.each(MEASUREMENTS)('the summary of %s', (name, measurement) => {
  test('is the golden one', async () => {
    await expect(plain(measurement)).toMatchFileSnapshot(`../../../fixtures/reports/1/${name}.txt`);
  });

  test('begins with netmeter: and fits 80 columns', () => {
    const text = plain(measurement);
    expect(text.startsWith('netmeter:')).toBe(true);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('has no control characters', () => {
    expect(plain(measurement)).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test('differs in nothing but colour on a terminal', () => {
    const coloured = renderText(measurement, { color: true });
    expect(coloured).toContain('\u001b[');
    expect(stripVTControlCharacters(coloured)).toBe(plain(measurement));
  });
});

describe('the command', () => {
  test.each([
    [['a b'], "'a b'"],
    [['echo', ''], "echo ''"],
    [['echo', "it's"], String.raw`echo 'it'\''s'`],
    [['echo', '$HOME', '*'], "echo '$HOME' '*'"],
    [['--x=/a/b:c,d@e%f+g'], '--x=/a/b:c,d@e%f+g'],
    [['a\nb\u001b[2J\u009b'], String.raw`$'a\nb\e[2J\x9b'`],
    [['a\u202eb\u2028'], String.raw`$'a\u202eb\u2028'`],
    [["it's\\\n"], String.raw`$'it\'s\\\n'`],
    [[String.raw`a\n`], String.raw`'a\n'`],
  ])('%j is shown as %s', (argv, shown) => {
    expect(running(argv)).toMatch(/^netmeter: .* \(exit 0, /);
    expect(running(argv)?.slice('netmeter: '.length).split(' (exit')[0]).toBe(shown);
  });

  test('is clipped to the line, never within a character', () => {
    for (const argv of [['x'.repeat(500)], ['😀'.repeat(500)], ['a', '😀'.repeat(500)]]) {
      const line = running(argv) ?? '';
      expect([...line]).toHaveLength(80);
      expect(line).toMatch(/…/u);
      expect(line).not.toMatch(/\p{Surrogate}/u);
    }
  });
});

test('one packet is one packet', () => {
  const { external } = quiet.traffic;
  const one = { ...external.out, packets: packets(1) };
  const measurement = { ...quiet, traffic: { ...quiet.traffic, external: { in: external.in, out: one } } };
  expect(lineOf(measurement, 'in')[0]).toMatch(/ 0 packets$/);
  expect(lineOf(measurement, 'out')[0]).toMatch(/ 1 packet$/);
  expect(renderHtml(measurement)).toContain('>1 packet<');
});

describe('unknown', () => {
  test('is said, and never 0', () => {
    for (const label of ['in', 'out', 'total', 'loopback']) {
      expect(lineOf(blind, label)).toEqual([expect.stringMatching(/^ +\w+ +unknown +unknown packets$/)]);
    }
    expect(lineOf(blind, 'rate')).toEqual(['  rate      unknown']);
    expect(plain(blind)).toContain('error unknown');
    expect(plain(blind)).not.toMatch(/\b0 (B|packets)/);
  });
});

describe('lines that are only there when they say something', () => {
  test.each<[string, Measurement, number]>([
    ['loopback', quiet, 0],
    ['loopback', crawl, 1],
    ['IPv4', quiet, 0],
    ['IPv4', crawl, 1],
    ['IPv6', crawl, 1],
    ['IPv4', breach, 0],
    ['rate', quiet, 0],
    ['rate', breach, 0],
    ['rate', crawl, 1],
    ['rate', { ...crawl, series: { ...crawl.series, durationMs: milliseconds(999) } }, 0],
    ['rate', { ...crawl, series: { ...crawl.series, durationMs: milliseconds(1000) } }, 1],
    ['errors', quiet, 0],
    ['errors', crawl, 1],
    ['errors', blind, 0],
    ['budget', quiet, 0],
    ['budget', crawl, 1],
    ['budget', breach, 3],
    ['warning', quiet, 0],
    ['warning', blind, 1],
  ])('%s', (label, measurement, count) => {
    expect(lineOf(measurement, label)).toHaveLength(count);
  });

  test('IPv6 that did not move leaves the split out', () => {
    const { in: incoming, out, ipv4 } = crawl.traffic.external;
    const external = { in: incoming, out, ...(ipv4 && { ipv4 }), ipv6: quiet.traffic.loopback };
    expect(lineOf({ ...crawl, traffic: { ...crawl.traffic, external } }, 'IPv4')).toEqual([]);
  });
});

describe('the budget', () => {
  const judged = (used: number, limit: number, verdict: 'within' | 'exceeded') => {
    const limits = [{ kind: 'in' as const, used: ipOctets(used), limit: ipOctets(limit), verdict }];
    return lineOf({ ...quiet, budget: { verdict, ended: false, limits } }, 'budget')[0]?.trim();
  };

  test.each([
    [1_000_000, 1_000_000, 'within', '✔ in 1 000 000 B of 1 MB (1 000 000 B), 100 %'],
    [999_999, 1_000_000, 'within', '✔ in 999 999 B of 1 MB (1 000 000 B), 99 %'],
    [1_000_001, 1_000_000, 'exceeded', '✘ in 1 000 001 B exceeds 1 MB (1 000 000 B), 101 %'],
    [2500, 1000, 'exceeded', '✘ in 2 500 B exceeds 1 kB (1 000 B), 250 %'],
    [0, 0, 'within', '✔ in 0 B of 0 B'],
    [5, 0, 'exceeded', '✘ in 5 B exceeds 0 B'],
    [0, 10, 'within', '✔ in 0 B of 10 B, 0 %'],
  ] as const)('%i of %i', (used, limit, verdict, text) => {
    expect(judged(used, limit, verdict)).toBe(`budget    ${text}`);
  });

  test('unmeasured shows what is known', () => {
    expect(plain(estimate)).toContain('? in about 48 234 117 B: cannot be judged against 48 MB');
    expect(plain(blind)).toContain('? in unknown: cannot be judged against 5 kB (5 000 B)');
  });
});

test('the method says how far it can be off', () => {
  expect(plain(quiet)).toContain('counted on the wire, exact (veth, MTU 1500)');
  expect(plain(estimate)).toContain('±1 234 567 B in, ±890 B out');
});

test('where others may be in the numbers they are nowhere called exact', () => {
  const isolation = { kind: 'join', netns: 'pid 7', devices: ['eth0'] } as const;
  const method = { ...quiet.method, name: 'proc-estimate' } as const;
  const contamination = { idleOctets: null, idleMs: milliseconds(0), foreignConnections: null } as const;
  const shown = (grade: 'clean' | 'shared' | 'unknown') =>
    plain({ ...quiet, isolation, method, contamination: { ...contamination, grade } });
  for (const grade of ['shared', 'unknown'] as const) {
    expect(shown(grade)).toContain('computed from /proc for the whole network');
    expect(shown(grade).replaceAll(/\s+/g, ' ')).toContain('for the whole network namespace, exact for all of them (');
    expect(shown(grade)).toContain('an upper bound');
  }
  expect(shown('clean')).toContain('computed from /proc, exact (');
});
