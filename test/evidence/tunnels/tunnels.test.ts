import { expect, test } from 'vitest';
import { type Told, Tunnels } from '../../../src/evidence/tunnels/tunnels.js';

const told = (received: number, sent: number, rest: Partial<Told> = {}): Told => ({
  ...{ index: 7, name: 'tun0', kind: 'tun', isRunning: true, master: undefined, masterKind: undefined },
  octets: { received: BigInt(received), sent: BigInt(sent) },
  ...rest,
});
const ROW = { device: 'tun0', isBridged: false, isCertain: false };

test('what came in by a device is what its program wrote; one that comes meanwhile counts from zero', () => {
  const tunnels = new Tunnels();
  expect(tunnels.isEmpty).toBe(true);
  tunnels.take(told(0, 0));
  expect(tunnels.moved).toEqual([]);
  tunnels.take(told(500, 40));
  expect(tunnels.moved).toEqual([{ ...ROW, in: 40, out: 500 }]);
  expect(tunnels.isEmpty).toBe(false);
});

test('one that goes says as its last what it has moved, and its number and name may come again', () => {
  const tunnels = new Tunnels();
  tunnels.take(told(500, 40), true);
  tunnels.take(told(3, 2));
  expect(tunnels.moved).toEqual([{ ...ROW, in: 42, out: 503 }]);
  // What is gone nobody can be seen to hold.
  tunnels.claim('tun0', 'others');
  expect(tunnels.moved).toEqual([{ ...ROW, in: 40, out: 500 }]);
});

test('one that was there counts from then on, and is others’ as long as it is not attached to anew', () => {
  const tunnels = new Tunnels();
  tunnels.begin([told(500, 40), told(9, 9, { index: 1, name: 'eth0', kind: undefined })], 'others');
  tunnels.take(told(600, 50, { isRunning: false }));
  expect([tunnels.moved, tunnels.unclaimed]).toEqual([[], new Set()]);
  tunnels.take(told(600, 50));
  expect(tunnels.unclaimed).toEqual(new Set(['tun0']));
  expect(tunnels.moved).toEqual([{ ...ROW, in: 10, out: 100 }]);
});

test('one that nobody was attached to is not known to be anybody’s', () => {
  const tunnels = new Tunnels();
  tunnels.begin([told(500, 40, { isRunning: false })], 'others');
  expect(tunnels.unclaimed).toEqual(new Set());
  tunnels.take(told(501, 40, { isRunning: false }));
  expect(tunnels.unclaimed).toEqual(new Set(['tun0']));
  expect(tunnels.moved).toEqual([{ ...ROW, in: 0, out: 1 }]);
});

test('once the tree’s it stays the tree’s', () => {
  const tunnels = new Tunnels();
  tunnels.take(told(1, 0));
  tunnels.claim('tun0', 'tree');
  tunnels.claim('tun0', 'others');
  tunnels.take(told(2, 0), true);
  expect(tunnels.unclaimed).toEqual(new Set());
  expect(tunnels.moved).toEqual([{ ...ROW, isCertain: true, in: 0, out: 2 }]);
});

test.each([
  ['bridge', true],
  [undefined, true],
  ['vrf', false],
])('whose master is a %s has had its frames handed on: %s', (masterKind, isBridged) => {
  const tunnels = new Tunnels();
  tunnels.take(told(1, 0, { master: 3, masterKind }));
  tunnels.take(told(2, 0), true);
  expect(tunnels.moved).toEqual([{ ...ROW, isBridged, in: 0, out: 2 }]);
});

test('where the kernel says no octets they are not known; other devices are no matter', () => {
  const tunnels = new Tunnels();
  tunnels.take(told(0, 0, { octets: undefined }));
  tunnels.take(told(5, 5, { index: 9, name: 'veth0', kind: 'veth' }), true);
  expect(tunnels.moved).toEqual([{ ...ROW, in: null, out: null }]);
});
