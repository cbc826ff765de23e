import { expect, test } from 'vitest';
import { carriesIpv6, type Routing, uplinkOf } from '../../../src/isolation/machine/read-uplink.js';
import type { FoundRoute } from '../../../src/linux/netlink/route/find-route.js';
import type { ListedRoute } from '../../../src/linux/netlink/route/list-routes.js';

const DEVICES = ['', 'lo', 'eth0', 'wlan0', 'tun0', 'nm17', 'nmcli0'];
const number = (device: string) => DEVICES.indexOf(device);

const way = (device: string, rest: Partial<FoundRoute> = {}): FoundRoute => ({
  type: 'unicast',
  table: 254,
  device: number(device),
  ...rest,
});
const route = (family: 'ipv4' | 'ipv6', ...devices: string[]): ListedRoute => ({
  family,
  table: 254,
  type: 'unicast',
  devices: devices.map(number),
});

type Ways = Partial<Routing['ways']>;
const uplink = (ways: Ways, routes: readonly ListedRoute[] = [], mtus: Readonly<Record<string, number>> = {}) =>
  uplinkOf({
    routes,
    ways: { ipv4: [], ipv6: [], ...ways },
    nameOf: (device) => DEVICES[device],
    mtuOf: (device) => mtus[device],
  });

test('the way of each family, every routed device of any table, and the MTU of the way', () => {
  const routes = [
    route('ipv4', 'eth0'),
    { ...route('ipv4', 'tun0'), table: 51820 },
    route('ipv4', 'eth0', 'wlan0'),
    route('ipv6', 'eth0'),
  ];
  expect(uplink({ ipv4: [way('tun0'), way('tun0')], ipv6: [way('eth0')] }, routes, { eth0: 1500, tun0: 1420 })).toEqual(
    {
      ipv4: 'tun0',
      ipv6: 'eth0',
      routed: { ipv4: ['eth0', 'tun0', 'wlan0'], ipv6: ['eth0'] },
      mtu: 1420,
    },
  );
});

test('a host without routes has no uplink and the usual MTU', () => {
  expect(uplink({ ipv4: [undefined, undefined], ipv6: [undefined] })).toEqual({
    routed: { ipv4: [], ipv6: [] },
    mtu: 1500,
  });
});

test.each<[string, ListedRoute]>([
  ['the links of other runs', route('ipv4', 'nm17')],
  ['loopback', route('ipv4', 'lo')],
  ['a blackhole', { ...route('ipv4', 'eth0'), type: 'blackhole' }],
  ['an address of this machine', { ...route('ipv4', 'eth0'), type: 'local' }],
  ['a device that has gone since', { ...route('ipv4'), devices: [99] }],
])('no packet comes back by %s', (_, listed) => {
  expect(uplink({}, [listed]).routed.ipv4).toEqual([]);
});

test('a device whose name begins like a run’s is one like any other', () => {
  expect(uplink({}, [route('ipv4', 'nmcli0')]).routed.ipv4).toEqual(['nmcli0']);
});

test.each<[string, Ways, Readonly<Record<string, number>>, number]>([
  ['IPv4’s comes first', { ipv4: [way('tun0')], ipv6: [way('eth0')] }, { tun0: 1420, eth0: 1500 }, 1420],
  ['a host of IPv6 alone', { ipv6: [way('eth0')] }, { eth0: 1480 }, 1480],
  ['the route’s own', { ipv4: [way('eth0', { mtu: 1400 })] }, { eth0: 9000 }, 1400],
  ['the device’s, where the route’s is larger', { ipv4: [way('eth0', { mtu: 9000 })] }, { eth0: 1500 }, 1500],
  ['the smaller of two ways', { ipv4: [way('tun0'), way('eth0')] }, { tun0: 1420, eth0: 1500 }, 1420],
  ['unknown', { ipv4: [way('eth0')] }, {}, 1500],
  ['nonsense', { ipv4: [way('eth0')] }, { eth0: Number.NaN }, 1500],
  ['below what IPv4 allows', { ipv4: [way('eth0')] }, { eth0: 67 }, 1500],
  ['the least', { ipv4: [way('eth0')] }, { eth0: 68 }, 68],
])('MTU: %s', (_, ways, mtus, mtu) => {
  expect(uplink(ways, [], mtus).mtu).toBe(mtu);
});

test.each<[string, FoundRoute, boolean]>([
  ['a way', way('eth0'), true],
  ['a way that refuses', way('lo', { type: 'unreachable' }), false],
])('IPv6 by %s', (_, found, carried) => {
  expect(carriesIpv6(uplink({ ipv6: [found] }, [], { eth0: 1500 }))).toBe(carried);
});

test.each([
  [1279, false],
  [1280, true],
])('IPv6 over an MTU of %i', (mtu, carried) => {
  expect(carriesIpv6(uplink({ ipv6: [way('eth0')] }, [], { eth0: mtu }))).toBe(carried);
});
