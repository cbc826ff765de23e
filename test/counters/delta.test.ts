import { expect, test } from 'vitest';
import { subtract } from '../../src/counters/delta.js';
import { missingColumns } from '../../src/counters/missing-columns.js';
import type { Snapshot } from '../../src/counters/snapshot.js';
import { milliseconds } from '../../src/units.js';

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

test('devices that come and go are told apart', () => {
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
