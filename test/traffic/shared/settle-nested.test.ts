import { describe, expect, test } from 'vitest';
import { settleNested } from '../../../src/traffic/shared/settle-nested.js';
import type { TreeCount } from '../../../src/traffic/shared/tree-count.js';
import { treeTraffic } from '../../../src/traffic/shared/tree-traffic.js';
import { milliseconds } from '../../../src/units.js';

const none = { fragmented: 0n, fragments: 0n, unknownMtu: 0n, rawOctets: 0n };
const way = (octets: number, packets: number) => ({ octets, packets, payload: octets - 40 * packets });

function remote(name: TreeCount['class'], address: string, octets: number) {
  return {
    ...{ class: name, family: 'ipv4' as const, address, protocol: 6 },
    ...{ in: way(0, 0), out: way(octets, 1) },
  };
}

const total = (name: TreeCount['class'], octets: bigint, packets: bigint): TreeCount => ({
  ...{ class: name, family: 'ipv4', protocol: 'tcp', way: 'out' },
  count: { ...none, wireOctets: octets, ipOctets: octets, packets, payload: octets - 40n * packets },
});

const remotes = [
  remote('external', '203.0.113.9', 1000),
  // Each first packet came before its address was known.
  remote('near', '192.168.71.2', 60),
  remote('nested', '192.168.72.2', 61),
  remote('nested', '192.168.71.1', 62),
  remote('nested', '203.0.113.9', 500),
];
const inside = {
  nested: ['192.168.71.2', '192.168.72.2'],
  host: ['192.168.71.1', '203.0.113.9'],
  isOwnKnown: true,
};
const totals = [total('external', 1000n, 1n), total('near', 60n, 1n), total('nested', 623n, 3n)];
const settle = (over: Partial<Parameters<typeof settleNested>[0]>) =>
  settleNested({
    remotes,
    totals,
    inside: { ...inside, host: ['192.168.71.1'] },
    fate: 'forwarded',
    isDistinguished: true,
    ...over,
  });

function sums(counts: readonly TreeCount[]) {
  const delta = { elapsedMs: milliseconds(1), netstat: {}, snmp: {}, devices: {}, resets: [] };
  const { external, hostLocal } = treeTraffic(counts, {
    wire: {},
    delta,
    unseen: 0,
    late: null,
    sentPastIp: 0,
  }).traffic;
  return { external: external.out, hostLocal: hostLocal?.out };
}

test('what went to an address inside is taken off, also where that was not known yet', () => {
  const settled = settle({});
  expect(sums(settled.totals)).toMatchObject({
    external: { wireOctets: 1500, ipOctets: 1500, packets: 2 },
    hostLocal: { wireOctets: 62, packets: 1 },
  });
  expect(settled.remotes.map((each) => each.class)).toEqual(['external', 'inner', 'inner', 'hostLocal', 'external']);
  expect(settled.unsure).toEqual({ in: 0, out: 0 });
});

test('what has gone by a device that leads out has left, though an address inside is the same', () => {
  const outside = [remote('external', '192.168.71.2', 600), remote('near', '198.51.100.9', 70)];
  const settled = settle({ remotes: outside, totals: [total('external', 600n, 1n), total('near', 70n, 1n)] });
  expect(sums(settled.totals).external).toMatchObject({ wireOctets: 670, packets: 2 });
  expect(settled.remotes.map((each) => each.class)).toEqual(['external', 'external']);
  expect(settled.unsure).toEqual({ in: 0, out: 0 });
});

test('what a program carries is none of the wire’s, for that sends it', () => {
  const settled = settle({ fate: 'carried' });
  expect(sums(settled.totals).external).toMatchObject({ wireOctets: 1000, packets: 1 });
  expect(settled.unsure).toEqual({ in: 0, out: 0 });
});

test.each([['unknown' as const], [undefined]])(
  'where nobody has seen how it left (%s) it is counted, and in the bound',
  (fate) => {
    const settled = settle({ fate });
    expect(sums(settled.totals).external).toMatchObject({ wireOctets: 1500 });
    expect(settled.unsure).toEqual({ in: 0, out: 500 });
  },
);

test('an address of this machine is outside to nobody but who lives in the run’s namespace', () => {
  const settled = settle({ inside });
  expect(settled.remotes.map((each) => each.class)).toEqual(['external', 'inner', 'inner', 'hostLocal', 'hostLocal']);
});

test('where packets do not name their namespace, all of a job that has made one may be wrong', () => {
  const untold = {
    isDistinguished: false,
    remotes: [],
    totals: [total('external', 1060n, 2n)],
    inside: { nested: [], host: [], isOwnKnown: false },
  };
  expect(settle({ ...untold, fate: 'forwarded' }).unsure).toEqual({ in: 0, out: 1060 });
  expect(settle({ ...untold, fate: undefined }).unsure).toEqual({ in: 0, out: 0 });
});

describe('a namespace that was there before', () => {
  const entered = {
    remotes: [
      remote('entered', '192.168.71.2', 60),
      remote('entered', '192.168.71.1', 61),
      remote('entered', '203.0.113.9', 700),
    ],
    totals: [total('entered', 821n, 3n)],
  };

  test.each(['forwarded', 'carried', 'unknown', undefined] as const)(
    'has what left it on the wire, however that left the command’s own: %s',
    (fate) => {
      const settled = settle({ ...entered, fate });
      expect(sums(settled.totals)).toMatchObject({ external: { wireOctets: 700 }, hostLocal: { wireOctets: 61 } });
      expect(settled.remotes.map((each) => each.class)).toEqual(['inner', 'hostLocal', 'external']);
      // The command may carry for it, and is counted where that sends.
      expect(settled.unsure.out).toBe(fate === 'forwarded' ? 0 : 700);
    },
  );

  test('may be any that passes for the command’s own, where none is known', () => {
    const settled = settle({ inside: { ...inside, host: ['192.168.71.1'], isOwnKnown: false } });
    expect(sums(settled.totals).external).toMatchObject({ wireOctets: 1500 });
    expect(settled.unsure).toEqual({ in: 0, out: 121 });
  });
});
