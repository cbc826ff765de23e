import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CountedPayload } from '../../../src/attribution/counted-payload.js';
import { withBalance } from '../../../src/attribution/processes/process-balance.js';
import type { ProcessEvidence } from '../../../src/measurement/processes.js';
import type { InOut } from '../../../src/measurement/traffic.js';
import { ipOctets } from '../../../src/units.js';

const none = { in: 0, out: 0 };

const reported = (external: InOut<number>, unplaced: InOut<number> = none): ProcessEvidence => ({
  evidence: 'traced',
  pids: 'own',
  processes: [],
  otherProcesses: { processes: 0, payload: { external: none, loopback: none, unplaced: none }, tcpConnects: 0 },
  idleProcesses: 0,
  unowned: { external: none, loopback: none, unplaced: none },
  payload: { external, loopback: none, unplaced },
  remotes: [],
  otherRemotes: { remotes: 0, in: 0, out: 0, connections: 0 },
  lostEvents: 0,
});

/** Of no datagram. */
const counted = (all: InOut<number | null>, changes: Partial<CountedPayload> = {}): CountedPayload => ({
  all,
  datagrams: none,
  ...changes,
});

const wire = (incoming: number, out: number) => ({ in: ipOctets(incoming), out: ipOctets(out) });

function balance(...args: Parameters<typeof withBalance>) {
  const use = withBalance(...args);
  if (use.evidence === 'none') throw new Error(use.reason);
  return use;
}

/** Where nothing is known of repetitions. */
const unknown = { retransmittedOctets: null };

test('headers are what the wire carried beyond its payload, the rest is payload that no process moved', () => {
  const use = balance(reported({ in: 900, out: 90 }), wire(1100, 150), counted({ in: 1000, out: 90 }));
  expect(use.balance.in).toEqual({
    wireOctets: 1100,
    payloadOctets: 900,
    overheadOctets: 100,
    ...unknown,
    unattributedOctets: 100,
  });
  expect(use.balance.out).toEqual({
    wireOctets: 150,
    payloadOctets: 90,
    overheadOctets: 60,
    ...unknown,
    unattributedOctets: 0,
  });
});

test('where others than the counted devices may have carried it, nobody knows that it was not carried', () => {
  const moved = reported({ in: 713_000, out: 90 });
  const use = balance(moved, wire(0, 150), undefined, true);
  expect(use.balance.in).toMatchObject({ wireOctets: 0, payloadOctets: 713_000, unattributedOctets: null });
  expect(use.balance.out.unattributedOctets).toBe(60);
  expect(balance(moved, wire(0, 150), undefined).balance.in.unattributedOctets).toBe(-713_000);
});

test('what stayed among the command’s own namespaces is no negative rest', () => {
  const moved = reported({ in: 300, out: 90 });
  const [within, beyond] = [true, false].map((staysInside) =>
    balance(moved, wire(0, 150), counted({ in: 0, out: 90 }, { staysInside })),
  );
  expect([within?.balance.in.unattributedOctets, within?.balance.out.unattributedOctets]).toEqual([null, 0]);
  expect(beyond?.balance.in.unattributedOctets).toBe(-300);
});

test.each([
  ['exactly known', { least: 60, most: 60 }, 60, 40],
  ['none', { least: 0, most: 0 }, 0, 100],
  ['up to each connection’s FIN: what leaves least unattributed', { least: 97, most: 103 }, 100, 0],
  ['more than is left: the payload was reported too large', { least: 110, most: 120 }, 110, -10],
])('repetitions, %s', (_, bounds, retransmittedOctets, unattributedOctets) => {
  const told900 = reported({ in: 900, out: 900 });
  const payload = counted({ in: 1000, out: 1000 }, { retransmitted: { in: bounds, out: undefined } });
  const { in: incoming, out } = balance(told900, wire(1100, 1100), payload).balance;
  expect(incoming).toMatchObject({ overheadOctets: 100, retransmittedOctets, unattributedOctets });
  expect(out).toMatchObject({ ...unknown, unattributedOctets: 100 });
});

test('what was handed over and never left is a rest below zero', () => {
  const { out } = balance(reported({ in: 0, out: 500 }), wire(60, 160), counted({ in: 0, out: 100 })).balance;
  expect(out).toMatchObject({ overheadOctets: 60, unattributedOctets: -400 });
});

test.each([
  ['no packets counted', undefined],
  ['not known from its headers', counted({ in: null, out: null })],
])('%s: headers are not known, and in the rest', (_, use) => {
  const { in: incoming } = balance(reported({ in: 900, out: 90 }), wire(1100, 150), use).balance;
  expect(incoming).toEqual({
    wireOctets: 1100,
    payloadOctets: 900,
    overheadOctets: null,
    ...unknown,
    unattributedOctets: 200,
  });
});

test('an unknown wire leaves the rest unknown', () => {
  const { in: incoming } = balance(reported(none), { in: null, out: null }, undefined).balance;
  expect(incoming).toMatchObject({ wireOctets: null, unattributedOctets: null });
});

test.each([
  ['all of it outside', { in: 49, out: 33 }, true],
  ['some of it on loopback', { in: 49, out: 30 }, false],
  ['not all of it known', undefined, false],
] as const)('datagrams: %s', (_, datagrams, isExternal) => {
  const use = balance(
    reported({ in: 900, out: 90 }, { in: 49, out: 33 }),
    wire(1100, 200),
    counted({ in: 949, out: 123 }, { datagrams }),
  );
  expect(use.unplacedIsExternal).toBe(isExternal);
  expect(use.balance.in.payloadOctets).toBe(isExternal ? 949 : 900);
});

test('payload, headers and the rest are the wire’s octets, always', () => {
  const octets = fc.nat(1e12);
  fc.assert(
    fc.property(octets, octets, fc.option(octets), octets, octets, (carried, payload, all, unplaced, again) => {
      const retransmitted = { in: { least: again, most: again }, out: undefined };
      const use = all === null ? undefined : counted({ in: all, out: all }, { retransmitted });
      const evidence = reported({ in: payload, out: 0 }, { in: unplaced, out: 0 });
      const { in: each } = balance(evidence, wire(carried, 0), use).balance;
      const { overheadOctets, retransmittedOctets, unattributedOctets } = each;
      expect(
        each.payloadOctets + (overheadOctets ?? 0) + (retransmittedOctets ?? 0) + (unattributedOctets ?? Number.NaN),
      ).toBe(carried);
    }),
  );
});

test('nothing seen stays nothing seen', () => {
  expect(withBalance({ evidence: 'none', reason: 'no root' }, wire(1, 1), undefined)).toEqual({
    evidence: 'none',
    reason: 'no root',
  });
});

/** Ten packets of 1,000 octets behind their IP headers, as ping sends them. */
const PINGS = { payload: { in: 10_000, out: 10_000 }, packets: { in: 10_200, out: 10_200 } };

test.each([
  ['handed over without IP headers', { in: 10_000, out: 10_000 }, 200, 0],
  ['received with them, as a raw socket of IPv4 does', { in: 10_200, out: 10_000 }, 0, 0],
])('the payload of protocols without ports is no header: %s', (_, unplaced, overheadOctets, unattributedOctets) => {
  const use = balance(reported(none, unplaced), wire(10_200, 10_200), counted(none, { portless: PINGS }));
  expect(use.unplacedIsExternal).toBe(true);
  expect(use.balance.in).toMatchObject({ payloadOctets: unplaced.in, overheadOctets, unattributedOctets });
  expect(use.balance.out).toMatchObject({ payloadOctets: 10_000, overheadOctets: 200, unattributedOctets: 0 });
});

test('what no process moved of it, as the kernel\u2019s own answers, is unattributed', () => {
  const use = balance(reported(none), wire(10_200, 10_200), counted(none, { portless: PINGS }));
  expect(use.unplacedIsExternal).toBe(false);
  expect(use.balance.in).toMatchObject({ payloadOctets: 0, overheadOctets: 200, unattributedOctets: 10_000 });
});

test('beside datagrams they are reported by their sum', () => {
  const payload = counted({ in: 50, out: 70 }, { datagrams: { in: 50, out: 70 }, portless: PINGS });
  const use = balance(reported(none, { in: 10_050, out: 10_070 }), wire(10_278, 10_298), payload);
  expect(use.balance.in).toMatchObject({ payloadOctets: 10_050, overheadOctets: 228, unattributedOctets: 0 });
});
