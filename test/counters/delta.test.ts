import fc from 'fast-check';
import { expect, test } from 'vitest';
import { subtract } from '../../src/counters/delta.js';
import { missingColumns } from '../../src/counters/missing-columns.js';
import type { Snapshot } from '../../src/counters/snapshot.js';
import { milliseconds } from '../../src/units.js';
import { captured } from './fixture.js';

const base: Snapshot = {
  at: milliseconds(1000),
  netstat: { IpExt: { InOctets: 10n, OutOctets: 20n } },
  snmp: { Ip: { Forwarding: 1n, InReceives: 5n }, Tcp: { CurrEstab: 9n, OutSegs: 3n } },
  dev: { lo: { rxBytes: 100n }, nm4: { rxBytes: 7n } },
  sockstat: { TCP: { inuse: 3n } },
};

test('increments, and the time between', () => {
  const delta = subtract(base, {
    ...base,
    at: milliseconds(3500),
    netstat: { IpExt: { InOctets: 15n, OutOctets: 20n } },
  });
  expect(delta.elapsedMs).toBe(2500);
  expect(delta.netstat).toEqual({ IpExt: { InOctets: 5, OutOctets: 0 } });
  expect(delta.resets).toEqual([]);
});

test('a counter that went down is a reset and has no increment', () => {
  const delta = subtract(base, { ...base, netstat: { IpExt: { InOctets: 3n, OutOctets: 21n } } });
  expect(delta.netstat).toEqual({ IpExt: { OutOctets: 1 } });
  expect(delta.resets).toMatchObject([{ before: 10n, after: 3n }]);
  expect(delta.resets[0]?.counter).toContain('InOctets');
});

test('gauges may go down', () => {
  const delta = subtract(base, {
    ...base,
    snmp: { Ip: { Forwarding: 0n, InReceives: 5n }, Tcp: { CurrEstab: 0n, OutSegs: 3n } },
  });
  expect(delta.resets).toEqual([]);
});

test('devices that come and go are distinguished', () => {
  const delta = subtract(base, { ...base, dev: { nm4: { rxBytes: 9n }, tun0: { rxBytes: 4n } } });
  expect(delta.devices).toEqual({
    lo: { kind: 'vanished' },
    nm4: { kind: 'present', counters: { rxBytes: 2 } },
    tun0: { kind: 'appeared', counters: { rxBytes: 4 } },
  });
});

test('beyond what a number holds exactly is an error, not a rounding', () => {
  expect(() => subtract(base, { ...base, netstat: { IpExt: { InOctets: 2n ** 60n } } })).toThrow(RangeError);
});

test('columns that the kernel does not print are named', () => {
  expect(missingColumns(base)).toContain('IpExt.InNoECTPkts');
  expect(missingColumns(base)).not.toContain('IpExt.InOctets');
});

test('a reset names its file, its group and its counter', () => {
  const after = { ...base, snmp: { ...base.snmp, Tcp: { OutSegs: 2n } }, dev: { ...base.dev, nm4: { rxBytes: 6n } } };
  expect(subtract(base, after).resets).toEqual([
    { file: 'snmp', group: 'Tcp', counter: 'Tcp.OutSegs', before: 3n, after: 2n },
    { file: 'dev', group: 'nm4', counter: 'nm4.rxBytes', before: 7n, after: 6n },
  ]);
  const six = subtract({ ...base, snmp6: { Ip6InOctets: 5n } }, { ...base, snmp6: { Ip6InOctets: 4n } });
  expect(six.resets).toEqual([{ file: 'snmp6', counter: 'Ip6InOctets', before: 5n, after: 4n }]);
  expect(six.snmp6).toEqual({});
});

test.each([
  ['Ip', 'Forwarding'],
  ['Ip', 'DefaultTTL'],
  ['Tcp', 'MaxConn'],
  ['Tcp', 'RtoMax'],
  ['Tcp', 'CurrEstab'],
])('%s.%s is no counter: neither an increment nor a reset', (group, name) => {
  for (const [before, after] of [
    [5n, 2n],
    [2n, 5n],
    [-1n, -1n],
  ] as const) {
    const delta = subtract(
      { ...base, snmp: { [group]: { [name]: before } } },
      { ...base, snmp: { [group]: { [name]: after } } },
    );
    expect(delta).toMatchObject({ snmp: { [group]: {} }, resets: [] });
    expect(delta.snmp[group]).toEqual({});
  }
});

test('MPTCP connections that are open now are a gauge', () => {
  const at = (MPCurrEstab: bigint, MPCapableSYNTX: bigint) => ({
    ...base,
    netstat: { MPTcpExt: { MPCurrEstab, MPCapableSYNTX } },
  });
  expect(subtract(at(2n, 1n), at(0n, 4n))).toMatchObject({ netstat: { MPTcpExt: { MPCapableSYNTX: 3 } }, resets: [] });
});

test('what is on one side only has no increment', () => {
  const delta = subtract(
    { ...base, netstat: { IpExt: { InOctets: 1n, Gone: 1n }, GoneExt: { A: 1n } } },
    { ...base, netstat: { IpExt: { InOctets: 2n, New: 9n }, NewExt: { A: 1n } } },
  );
  expect(delta.netstat).toEqual({ IpExt: { InOctets: 1 } });
  expect(delta.resets).toEqual([]);
});

test.each([
  ['before', { ...base, snmp6: { Ip6InOctets: 1n } }, base],
  ['after', base, { ...base, snmp6: { Ip6InOctets: 1n } }],
])('IPv6 only %s: no increments, not zeros', (_, before, after) => {
  expect(subtract(before, after)).not.toHaveProperty('snmp6');
});

test('the largest increment that a number holds exactly, at the top of a u64', () => {
  const top = 2n ** 64n - 1n;
  const at = (InOctets: bigint) => ({ ...base, netstat: { IpExt: { InOctets } } });
  const delta = subtract(at(top - BigInt(Number.MAX_SAFE_INTEGER)), at(top));
  expect(delta.netstat).toEqual({ IpExt: { InOctets: Number.MAX_SAFE_INTEGER } });
  expect(() => subtract(at(top - BigInt(Number.MAX_SAFE_INTEGER) - 1n), at(top))).toThrow(RangeError);
});

const QUIET = 'linux-6.18-new-namespace';
const BUSY = 'linux-6.18-after-loopback-traffic';

test('1 MB over loopback, from two captures', () => {
  const { netstat, snmp6, devices, resets } = subtract(captured(QUIET), captured(BUSY, 40));
  expect(resets).toEqual([]);
  expect(netstat['IpExt']).toMatchObject({ InOctets: 1_003_522, OutOctets: 1_003_054, InNoECTPkts: 49 });
  expect(snmp6?.['Ip6InOctets']).toBeGreaterThan(1_000_000);
  expect(devices['lo']).toMatchObject({ kind: 'present', counters: { rxBytes: 2_007_756, txBytes: 2_007_756 } });
});

test('resets say where they are from', () => {
  const { netstat, devices, resets } = subtract(captured(BUSY), captured('synthetic-wrapped'));
  expect(resets).toEqual([
    { file: 'netstat', group: 'IpExt', counter: 'IpExt.InOctets', before: 1_003_522n, after: 17n },
    { file: 'dev', group: 'lo', counter: 'lo.rxBytes', before: 2_007_756n, after: 99n },
  ]);
  expect(netstat['IpExt']).not.toHaveProperty('InOctets');
  expect(netstat['IpExt']).toHaveProperty('OutOctets', 0);
  expect(devices['lo']).toEqual({
    kind: 'present',
    counters: expect.not.objectContaining({ rxBytes: expect.anything() }),
  });
});

test.each([
  ['Ip', 'Forwarding', 'snmp'],
  ['Ip', 'DefaultTTL', 'snmp'],
  ['Tcp', 'RtoAlgorithm', 'snmp'],
  ['Tcp', 'RtoMin', 'snmp'],
  ['Tcp', 'RtoMax', 'snmp'],
  ['Tcp', 'MaxConn', 'snmp'],
  ['Tcp', 'CurrEstab', 'snmp'],
  ['MPTcpExt', 'MPCurrEstab', 'netstat'],
] as const)('%s.%s is a gauge: neither subtracted nor reset', (group, name, file) => {
  const holding = (value: bigint): Snapshot => ({ ...base, [file]: { [group]: { [name]: value, Counter: 1n } } });
  const delta = subtract(holding(8n), holding(3n));
  expect(delta[file]).toEqual({ [group]: { Counter: 0 } });
  expect(delta.resets).toEqual([]);
});

test('a gauge of one file is no gauge in another', () => {
  const holding = (value: bigint): Snapshot => ({ ...base, netstat: { Tcp: { CurrEstab: value } } });
  expect(subtract(holding(2n), holding(1n)).resets).toHaveLength(1);
});

test('each counter is an increment or a reset, and adds up', () => {
  const value = fc.bigInt({ min: 0n, max: 2n ** 53n - 1n });
  const counters = fc.dictionary(fc.stringMatching(/^[a-c]$/), value);
  fc.assert(
    fc.property(counters, counters, (before, after) => {
      const { snmp6 = {}, resets } = subtract({ ...base, snmp6: before }, { ...base, snmp6: after });
      const shared = Object.keys(after).filter((name) => name in before);
      expect([...Object.keys(snmp6), ...resets.map((reset) => reset.counter)].sort()).toEqual(shared.sort());
      for (const [name, count] of Object.entries(snmp6)) expect((before[name] ?? 0n) + BigInt(count)).toBe(after[name]);
    }),
  );
});
