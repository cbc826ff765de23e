import { expect, test } from 'vitest';
import type { CounterDelta } from '../../../src/counters/delta.js';
import type { Tunnels } from '../../../src/traffic/count.js';
import { withTunnels } from '../../../src/traffic/shared/tunnel-traffic.js';
import { milliseconds } from '../../../src/units.js';

const forwarded = (ipv4: number | undefined, ipv6?: number): CounterDelta => ({
  ...{ elapsedMs: milliseconds(1), netstat: {}, devices: {}, resets: [] },
  snmp: { Ip: ipv4 === undefined ? {} : { ForwDatagrams: ipv4 } },
  ...(ipv6 !== undefined && { snmp6: { Ip6OutForwDatagrams: ipv6 } }),
});
const count = { method: { name: 'cgroup', errorBound: { in: 10, out: 20 }, packetsIn: 'cgroup' } } as const;
const use = (rest: Partial<Tunnels['devices'][number]> = {}, isComplete = true): Tunnels => ({
  devices: [{ device: 'tun0', isBridged: false, isCertain: true, in: 0, out: 1208, ...rest }],
  isComplete,
});

test.each([
  ['IPv4 is', forwarded(1, 0)],
  ['IPv6 is', forwarded(0, 1)],
  ['it is not known what is', forwarded(undefined)],
])('where %s forwarded, what a device has carried is in the bound, with the headers that it may hide', (_, delta) => {
  const { method, ...reported } = withTunnels(count, use(), delta);
  expect(reported).toEqual({ tunnels: use() });
  expect(method).toMatchObject({ errorBound: { in: 10, out: 20 + 1280 }, reasons: [expect.stringContaining('TUN')] });
});

test('where nothing is forwarded, and no bridge has the device, it was for this machine’s sockets', () => {
  expect(withTunnels(count, use(), forwarded(0, 0))).toBe(count);
  expect(withTunnels(count, use(), forwarded(0))).toBe(count);
});

test('a port of a bridge forwards without IP', () => {
  const { method } = withTunnels(count, use({ isBridged: true, in: 1208 }), forwarded(0, 0));
  expect(method.errorBound).toEqual({ in: 10 + 1280, out: 20 + 1280 });
});

test('what is not known takes the bound with it', () => {
  expect(withTunnels(count, use({ out: null }), forwarded(1)).method.errorBound).toEqual({ in: 10, out: null });
  const { method, tunnels } = withTunnels(count, { devices: [], isComplete: false }, forwarded(0, 0));
  expect(method.errorBound).toEqual({ in: null, out: null });
  expect(tunnels).toEqual({ devices: [], isComplete: false });
});
