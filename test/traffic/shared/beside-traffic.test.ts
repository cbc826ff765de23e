import { expect, test } from 'vitest';
import type { CounterDelta } from '../../../src/counters/delta.js';
import { withBeside } from '../../../src/traffic/shared/beside-traffic.js';
import { milliseconds } from '../../../src/units.js';

const moved = (rx: number, tx: number) => ({
  kind: 'present' as const,
  counters: { rxBytes: rx + 14, rxPackets: 1, txBytes: tx + 14, txPackets: 1 },
});
const delta = (devices: CounterDelta['devices']): CounterDelta => ({
  ...{ elapsedMs: milliseconds(1), netstat: {}, snmp: {}, devices, resets: [] },
});
const count = {
  method: { name: 'proc-estimate', errorBound: { in: 10, out: 20 }, packetsIn: 'ecn-counters' },
} as const;

test('what went by another device is named, and in the bound with the headers that it may hide', () => {
  const { method, ...reported } = withBeside(count, [{ name: 'docker0' }], delta({ docker0: moved(1208, 0) }));
  expect(reported).toEqual({ beside: [{ device: 'docker0', in: 1208, out: 0 }] });
  expect(method.errorBound).toEqual({ in: 10 + 1280, out: 20 });
});

test('of a bridge with the card in it, no more than came by the other ports', () => {
  const devices = { br0: moved(9000, 9000), tap0: moved(0, 1208), eth0: moved(9000, 9000) };
  const { method } = withBeside(count, [{ name: 'br0', ports: ['tap0'] }], delta(devices));
  expect(method.errorBound).toEqual({ in: 10, out: 20 + 1280 });
});

test('one that moved nothing changes nothing; one that is gone takes the bound with it', () => {
  expect(withBeside(count, [{ name: 'docker0' }], delta({ docker0: moved(0, 0) }))).toBe(count);
  const gone = withBeside(count, [{ name: 'docker0' }], delta({ docker0: { kind: 'vanished' } }));
  expect(gone.method.errorBound).toEqual({ in: null, out: null });
});
