import { describe, expect, test } from 'vitest';
import type { Evidence, ProcessPayload, ProcessShares } from '../../src/budget/bounds/evidence.js';
import { judge } from '../../src/budget/judge.js';
import type { Limits } from '../../src/budget/limits.js';
import type { Verdict } from '../../src/measurement/budget.js';
import type { RemoteRow, RemoteUse } from '../../src/measurement/remotes.js';
import { ipOctets, milliseconds, octetsPerSecond } from '../../src/units.js';
import { crawl, quiet } from '../report/measurements.js';

const octets = (incoming: number, out: number) => ({ in: ipOctets(incoming), out: ipOctets(out) });

function evidence(changes: Partial<Evidence> = {}): Evidence {
  const { traffic, method, protocol, remotes, dns, series } = crawl;
  return {
    external: traffic.external,
    ...{ traffic, method, protocol, remotes, dns, series },
    ended: false,
    ...changes,
  };
}

const layers = (wire: number) => ({
  wireOctets: ipOctets(wire),
  ipOctets: ipOctets(wire),
  linkBytes: null,
  packets: null,
});
const external = (incoming: number, out: number) => ({ in: layers(incoming), out: layers(out) });
const nothing = evidence({ external: quiet.traffic.external, remotes: undefined, dns: undefined });

type Case = readonly [Limits, Partial<Evidence>, Verdict, number | null];

const judged = (limits: Limits, given: Evidence) => judge(limits, given)?.limits[0];

function row(names: readonly string[], address: string, incoming: number, out = 0): RemoteRow {
  const [first] = crawl.remotes?.rows ?? [];
  if (!first) throw new Error('the crawl has no remotes');
  return { ...first, names, address, wireOctets: octets(incoming, out), connections: 1 };
}

function remotes(rows: readonly RemoteRow[], left: Partial<RemoteUse> = {}): RemoteUse {
  return {
    evidence: 'kernel-counters',
    rows,
    others: { remotes: 0, isComplete: true, wireOctets: octets(0, 0) },
    unattributed: octets(0, 0),
    payloadOctets: { in: 0, out: 0 },
    ...left,
  };
}

const names = [
  row(['www.example.com'], '203.0.113.1', 100, 10),
  row(['img.example.com', 'cdn.example.com'], '203.0.113.2', 200, 20),
  row(['shared.example.com', 'ads.example'], '203.0.113.3', 50, 5),
  row([], '203.0.113.53', 7),
  row(['six.example.org'], '2001:db8::7', 1000),
];
/** As far as the command's sockets say. */
const sockets: RemoteUse = {
  ...remotes(
    names.map((each) => ({
      ...each,
      wireOctets: { in: null, out: null },
      payloadOctets: { in: 100, out: 0 },
    })),
  ),
  evidence: 'traced-sockets',
};
const ofNames = { external: external(1357, 35), remotes: remotes(names) };
const max = (pattern: string, limit: number): Limits => ({ remotes: { [pattern]: ipOctets(limit) } });

describe('a remote', () => {
  test.each<Case>([
    // An address that other names lead to as well may have been used by them.
    [max('*.example.com', 385), ofNames, 'within', 330],
    [max('*.example.com', 384), ofNames, 'unmeasured', 330],
    [max('*.example.com', 330), ofNames, 'unmeasured', 330],
    [max('*.example.com', 329), ofNames, 'exceeded', 330],
    [max('ads.example', 55), ofNames, 'within', 0],
    [max('ads.example', 0), ofNames, 'unmeasured', 0],
    [max('WWW.Example.com.', 110), ofNames, 'within', 110],
    [max('example.com', 0), ofNames, 'within', 0],
    [max('*.ads.example', 0), ofNames, 'within', 0],
    [max('203.0.113.0/24', 392), ofNames, 'within', 392],
    [max('203.0.113.0/24', 391), ofNames, 'exceeded', 392],
    [max('203.0.113.53', 7), ofNames, 'within', 7],
    [max('2001:db8::/32', 999), ofNames, 'exceeded', 1000],
    [max('::/0', 1000), ofNames, 'within', 1000],
    [max('*', 1392), ofNames, 'within', 1392],
    [max('*', 1391), ofNames, 'exceeded', 1392],
  ])('%j', (limits, given, verdict, used) => {
    expect(judged(limits, evidence(given))).toMatchObject({ verdict, used });
  });

  test.each<[string, Limits, Partial<Evidence>, Verdict, RegExp | undefined]>([
    ['look-ups not seen', max('*.ads.example', 6), { ...ofNames, dns: undefined }, 'unmeasured', /look-ups/],
    ['look-ups not seen, enough', max('*.ads.example', 62), { ...ofNames, dns: undefined }, 'within', undefined],
    ['look-ups not seen, addresses', max('203.0.113.53', 7), { ...ofNames, dns: undefined }, 'within', undefined],
    ['no remotes', max('*.ads.example', 9), { ...ofNames, remotes: undefined }, 'unmeasured', /not distinguished/],
    ['remotes not reported, enough', max('*.x', 1392), { ...ofNames, remotes: undefined }, 'within', undefined],
    [
      'a full set',
      max('*.x', 40),
      {
        ...ofNames,
        remotes: remotes(names, { others: { remotes: 3, isComplete: false, wireOctets: octets(30, 11) } }),
      },
      'unmeasured',
      /more remotes/,
    ],
    [
      'a full set that cannot matter',
      max('*.x', 41),
      {
        ...ofNames,
        remotes: remotes(names, { others: { remotes: 3, isComplete: false, wireOctets: octets(30, 11) } }),
      },
      'within',
      undefined,
    ],
    [
      'unattributed',
      max('*.x', 9),
      { ...ofNames, remotes: remotes(names, { unattributed: octets(4, 6) }) },
      'unmeasured',
      /could not be distinguished/,
    ],
    [
      'unattributed within the distance',
      max('*.x', 10),
      { ...ofNames, remotes: remotes(names, { unattributed: octets(4, 6) }) },
      'within',
      undefined,
    ],
    [
      'an estimate',
      max('six.example.org', 990),
      { ...ofNames, method: { ...crawl.method, errorBound: { in: 10, out: 0 } } },
      'unmeasured',
      /exact enough/,
    ],
    [
      'an estimate far off',
      max('six.example.org', 989),
      { ...ofNames, method: { ...crawl.method, errorBound: { in: 10, out: 0 } } },
      'exceeded',
      undefined,
    ],
    [
      'an estimate without a bound',
      max('six.example.org', 1),
      { ...ofNames, method: { ...crawl.method, errorBound: { in: null, out: 0 } } },
      'unmeasured',
      /exact enough/,
    ],
    ['a shared namespace', max('203.0.113.53', 6), { ...ofNames, isShared: true }, 'unmeasured', undefined],
    ['payload of sockets', max('203.0.113.0/24', 900), { ...ofNames, remotes: sockets }, 'unmeasured', /payload/],
    [
      'payload of sockets, too much',
      max('203.0.113.0/24', 399),
      { ...ofNames, remotes: sockets },
      'exceeded',
      undefined,
    ],
    ['payload of sockets, enough', max('203.0.113.0/24', 1392), { ...ofNames, remotes: sockets }, 'within', undefined],
  ])('%s', (_, limits, given, verdict, reason) => {
    const limit = judged(limits, evidence(given));
    expect(limit?.verdict).toBe(verdict);
    if (reason) expect(limit?.reason).toMatch(reason);
  });
});

describe('nothing external', () => {
  test.each<[Limits]>([
    [{ total: ipOctets(0) }],
    [max('*.ads.example', 0)],
    [max('*', 0)],
    [{ connections: 0 }],
    [{ rateAverage: octetsPerSecond(0) }],
    [{ ratePeak: octetsPerSecond(0) }],
  ])('%j is kept although nothing distinguishes remotes', (limits) => {
    expect(judged(limits, { ...nothing, series: quiet.series })?.verdict).toBe('within');
  });
});

const rates = (average: number, peak: number | null) => ({
  series: {
    ...crawl.series,
    durationMs: milliseconds(10_000),
    average: { in: octetsPerSecond(average), out: octetsPerSecond(1) },
    peak: { in: octetsPerSecond(peak === null ? average : 1), out: octetsPerSecond(peak ?? 1) },
    samples: peak === null ? [] : [{ atMs: milliseconds(1000), in: ipOctets(1000), out: ipOctets(peak) }],
  },
  external: external(average * 10, peak ?? 0),
});

const inPlace = (bound: number): Partial<Evidence> => ({
  ...rates(100, 2_000_000),
  method: { name: 'cgroup', errorBound: { in: bound, out: bound }, packetsIn: 'cgroup' },
});

describe('a rate is that of the busier direction', () => {
  test.each<Case>([
    [{ rateAverage: octetsPerSecond(500) }, rates(500, null), 'within', 500],
    [{ rateAverage: octetsPerSecond(499) }, rates(500, null), 'exceeded', 500],
    [{ rateAverage: octetsPerSecond(499) }, { ...rates(500, null), isShared: true }, 'unmeasured', 500],
    [{ rateAverage: octetsPerSecond(499) }, { ...rates(500, null), series: undefined } as never, 'unmeasured', null],
    // Samples can be 5 % low or 1 % high.
    [{ ratePeak: octetsPerSecond(2_100_000) }, rates(100, 2_000_000), 'within', 2_000_000],
    [{ ratePeak: octetsPerSecond(2_099_999) }, rates(100, 2_000_000), 'unmeasured', 2_000_000],
    [{ ratePeak: octetsPerSecond(1_980_000) }, rates(100, 2_000_000), 'unmeasured', 2_000_000],
    [{ ratePeak: octetsPerSecond(1_979_999) }, rates(100, 2_000_000), 'exceeded', 2_000_000],
    // At the tree's own sockets they are exact, where the count is.
    [{ ratePeak: octetsPerSecond(2_000_000) }, inPlace(0), 'within', 2_000_000],
    [{ ratePeak: octetsPerSecond(1_999_999) }, inPlace(0), 'exceeded', 2_000_000],
    [{ ratePeak: octetsPerSecond(1_999_999) }, inPlace(144), 'unmeasured', 2_000_000],
    // A run shorter than an interval is one interval, and its number is exact.
    [{ ratePeak: octetsPerSecond(500) }, rates(500, null), 'within', 500],
    [{ ratePeak: octetsPerSecond(499) }, rates(500, null), 'exceeded', 500],
    [{ ratePeak: octetsPerSecond(499) }, { ...rates(500, null), isShared: true }, 'unmeasured', 500],
  ])('%j', (limits, given, verdict, used) => {
    expect(judged(limits, evidence(given))).toMatchObject({ verdict, used, unit: 'octets/s' });
  });
});

describe('counts', () => {
  const tcp = { ...crawl.protocol.tcp, connectionsOpened: 9, connectionsAccepted: 2 };
  const protocol = { ...crawl.protocol, tcp };
  const untold = remotes(names, { unattributed: octets(1, 0) });
  test.each<Case>([
    [{ connections: 5 }, ofNames, 'within', 5],
    [{ connections: 4 }, ofNames, 'exceeded', 5],
    [{ connections: 4 }, { ...ofNames, isShared: true }, 'unmeasured', 5],
    [{ connections: 11 }, { ...ofNames, remotes: untold, protocol }, 'within', 5],
    [{ connections: 10 }, { ...ofNames, remotes: untold, protocol }, 'unmeasured', 5],
    [{ connections: 4 }, { ...ofNames, remotes: untold, protocol }, 'exceeded', 5],
    [{ connections: 11 }, { ...ofNames, remotes: undefined, protocol }, 'within', null],
    [{ connections: 0 }, { ...ofNames, remotes: undefined, protocol }, 'unmeasured', null],
    [{ connections: 0 }, { ...ofNames, remotes: sockets, protocol }, 'unmeasured', null],
    [{ dnsQueries: 14 }, {}, 'within', 14],
    [{ dnsQueries: 13 }, {}, 'exceeded', 14],
    [{ dnsQueries: 13 }, { dns: undefined }, 'unmeasured', null],
  ])('%j', (limits, given, verdict, used) => {
    expect(judged(limits, evidence(given))).toMatchObject({ verdict, used, unit: 'count' });
  });
});

describe('what stays on this machine', () => {
  const hostLocal = external(30, 12);
  test.each<Case>([
    [{ loopback: ipOctets(2048) }, {}, 'within', 2048],
    [{ loopback: ipOctets(2047) }, {}, 'exceeded', 2048],
    [{ loopback: ipOctets(9) }, { traffic: undefined } as never, 'unmeasured', null],
    [{ hostLocal: ipOctets(42) }, { traffic: { ...crawl.traffic, hostLocal } }, 'within', 42],
    [{ hostLocal: ipOctets(41) }, { traffic: { ...crawl.traffic, hostLocal } }, 'exceeded', 42],
    [{ hostLocal: ipOctets(41) }, {}, 'unmeasured', null],
    [{ total: ipOctets(392) }, { external: external(390, 2), traffic: { ...crawl.traffic, hostLocal } }, 'within', 392],
  ])('%j', (limits, given, verdict, used) => {
    expect(judged(limits, evidence(given))).toMatchObject({ verdict, used });
  });
});

describe('a process', () => {
  const payload = (incoming: number, unplaced = 0): ProcessPayload => ({
    external: { in: incoming, out: 0 },
    unplaced: { in: 0, out: unplaced },
  });
  const traced: ProcessShares & { evidence: 'traced' | 'sampled' } = {
    evidence: 'traced',
    processes: [
      { name: 'git', payload: payload(100) },
      { name: 'git-remote-https', payload: payload(900) },
      { name: 'node', payload: payload(50, 5) },
    ],
    otherProcesses: { payload: payload(0) },
    lostEvents: 0,
  };
  const nameless = { ...traced, processes: [...traced.processes, { name: null, payload: payload(3) }] };
  const of = (name: string, limit: number): Limits => ({ processes: { [name]: ipOctets(limit) } });
  test.each<[Limits, ProcessShares | undefined, Verdict]>([
    [of('git', 100), traced, 'within'],
    [of('git', 99), traced, 'exceeded'],
    [of('git*', 1000), traced, 'within'],
    [of('git*', 999), traced, 'exceeded'],
    [of('node', 54), traced, 'unmeasured'],
    [of('node', 55), traced, 'within'],
    [of('node', 54), { ...traced, unplacedIsExternal: true }, 'exceeded'],
    [of('node', 55), { ...traced, unplacedIsExternal: true }, 'within'],
    [of('curl', 0), traced, 'within'],
    [of('curl', 2), nameless, 'unmeasured'],
    [of('curl', 3), nameless, 'within'],
    [of('git', 100), { ...traced, evidence: 'sampled' }, 'unmeasured'],
    [of('git', 99), { ...traced, evidence: 'sampled' }, 'exceeded'],
    [of('git', 100), { ...traced, lostEvents: 1 }, 'unmeasured'],
    [of('git', 100), { ...traced, lostEvents: null }, 'unmeasured'],
    [of('git', 100), { ...traced, otherProcesses: { payload: payload(1) } }, 'unmeasured'],
    [of('git', 100), { evidence: 'none', reason: 'no tracefs' }, 'unmeasured'],
    [of('git', 100), undefined, 'unmeasured'],
  ])('%j', (limits, processes, verdict) => {
    const limit = judged(limits, evidence({ processes }));
    expect(limit?.verdict).toBe(verdict);
    if (verdict === 'unmeasured') expect(limit?.reason).toEqual(expect.any(String));
  });
});

describe('a shared namespace', () => {
  test.each<[number, Verdict]>([
    [392, 'within'],
    [391, 'unmeasured'],
    [0, 'unmeasured'],
  ])('its number is an upper bound: %i', (limit, verdict) => {
    const given = evidence({ external: external(390, 2), isShared: true });
    expect(judged({ total: ipOctets(limit) }, given)?.verdict).toBe(verdict);
  });
});

test('a warning is reported and fails nothing, whatever its verdict', () => {
  const budget = judge({ in: ipOctets(390) }, evidence({ external: external(390, 2), dns: undefined }), {
    in: ipOctets(1),
    dnsQueries: 1,
  });
  expect(budget).toEqual({
    verdict: 'within',
    ended: false,
    limits: [
      { kind: 'in', limit: 390, used: 390, verdict: 'within' },
      { kind: 'in', level: 'warn', limit: 1, used: 390, verdict: 'exceeded' },
      {
        kind: 'dns-queries',
        level: 'warn',
        unit: 'count',
        limit: 1,
        used: null,
        verdict: 'unmeasured',
        reason: expect.any(String),
      },
    ],
  });
});
