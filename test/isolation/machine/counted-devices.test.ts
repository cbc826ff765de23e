import { expect, test } from 'vitest';
import { countedDevices, type Device } from '../../../src/isolation/machine/counted-devices.js';
import type { Route } from '../../../src/isolation/machine/routes.js';

const device = (name: string, over: Partial<Device> = {}): Device => ({
  name,
  kind: 'link',
  hardware: false,
  lower: [],
  ...over,
});
const nic = (name: string, over: Partial<Device> = {}) => device(name, { hardware: true, ...over });
const lo = device('lo', { kind: 'none' });
const route = (name: string, over: Partial<Route> = {}): Route => ({
  device: name,
  isDefault: false,
  isNetwork: true,
  ...over,
});
const byDefault = (name: string) => route(name, { isDefault: true });

test.each<[string, readonly Device[] | undefined, readonly Route[], string[]]>([
  ['one network card', [lo, nic('eth0')], [byDefault('eth0')], ['eth0']],
  ['two, one without a route', [lo, nic('eth0'), nic('eth1')], [byDefault('eth0')], ['eth0', 'eth1']],
  [
    'docker: a bridge with ports beside the card',
    [lo, nic('eth0'), device('docker0', { kind: 'bridge' }), device('veth1a', { master: 'docker0' })],
    [byDefault('eth0'), route('docker0')],
    ['eth0'],
  ],
  [
    'a bridge whose port is the card',
    [
      lo,
      nic('eth0', { master: 'br0' }),
      device('br0', { kind: 'bridge', lower: ['eth0'] }),
      device('tap0', { kind: 'tunnel', master: 'br0' }),
    ],
    [byDefault('br0')],
    ['eth0'],
  ],
  [
    'a bond of two cards',
    [
      lo,
      nic('eth0', { master: 'bond0' }),
      nic('eth1', { master: 'bond0' }),
      device('bond0', { lower: ['eth0', 'eth1'] }),
    ],
    [byDefault('bond0')],
    ['eth0', 'eth1'],
  ],
  [
    'a VLAN on a card',
    [lo, nic('eth0'), device('eth0.7', { lower: ['eth0'] })],
    [byDefault('eth0.7'), route('eth0')],
    ['eth0'],
  ],
  [
    'a VPN over a card',
    [lo, nic('eth0'), device('wg0', { kind: 'tunnel' })],
    [byDefault('wg0'), route('eth0')],
    ['eth0'],
  ],
  [
    'a virtual function behind its hypervisor’s device',
    [lo, nic('eth0'), nic('enP1', { master: 'eth0' })],
    [byDefault('eth0')],
    ['eth0'],
  ],
  ['a container: a veth end', [lo, device('eth0')], [byDefault('eth0'), route('eth0')], ['eth0']],
  [
    'a container on two networks',
    [lo, device('eth0'), device('eth1')],
    [byDefault('eth0'), route('eth0'), route('eth1')],
    ['eth0', 'eth1'],
  ],
  [
    'a container with containers of its own',
    [lo, device('eth0'), device('docker0', { kind: 'bridge' })],
    [byDefault('eth0'), route('docker0')],
    ['eth0'],
  ],
  ['only a tunnel', [lo, device('tun0', { kind: 'tunnel' })], [byDefault('tun0')], ['tun0']],
  [
    'a machine that runs metered commands',
    [lo, device('up0'), device('nm7'), device('nm7h')],
    [byDefault('up0'), route('nm7'), route('nm7h')],
    ['up0'],
  ],
  ['nothing at all', [lo], [], []],
  ['the kinds are not reported', undefined, [byDefault('eth0'), route('docker0')], ['eth0']],
])('%s', (_, devices, routes, counted) => {
  expect(countedDevices({ devices, routes })).toEqual(counted);
});
