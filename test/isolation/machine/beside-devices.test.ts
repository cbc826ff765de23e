import { expect, test } from 'vitest';
import { type Beside, besideDevices } from '../../../src/isolation/machine/beside-devices.js';
import type { Device } from '../../../src/isolation/machine/counted-devices.js';
import type { Route } from '../../../src/isolation/machine/routes.js';

const device = (name: string, over: Partial<Device> = {}): Device => ({
  ...{ name, kind: 'link', hardware: false, lower: [] },
  ...over,
});
const card = device('eth0', { hardware: true });
const route = (name: string, isDefault = false): Route => ({ device: name, isDefault, isNetwork: true });
const program = { kind: 'tunnel', isProgram: true } as const;

test.each<[string, readonly Device[], readonly Route[], Beside[]]>([
  ['the card alone', [card], [route('eth0', true)], []],
  [
    'a bridge of containers, and not its ports',
    [card, device('docker0', { kind: 'bridge', lower: ['veth1'] }), device('veth1', { master: 'docker0' })],
    [route('eth0', true), route('docker0')],
    [{ name: 'docker0' }],
  ],
  [
    'a bridge that the card is a port of: by its other ports',
    [
      { ...card, master: 'br0' },
      device('br0', { kind: 'bridge', lower: ['eth0', 'tap0'] }),
      device('tap0', { ...program, master: 'br0' }),
    ],
    [route('br0', true)],
    [{ name: 'br0', ports: ['tap0'] }],
  ],
  ['a pair to a container', [card, device('cali1')], [route('eth0', true), route('cali1')], [{ name: 'cali1' }]],
  ['a virtual machine’s', [card, device('tap0', program)], [route('eth0', true), route('tap0')], [{ name: 'tap0' }]],
  ['a VPN’s of a program', [card, device('tun0', program)], [route('eth0'), route('tun0', true)], []],
  ['a VPN’s of the kernel', [card, device('wg0', { kind: 'tunnel' })], [route('eth0', true), route('wg0')], []],
  ['a VLAN', [card, device('eth0.5', { lower: ['eth0'] })], [route('eth0', true), route('eth0.5')], []],
  ['one that nothing leads to', [card, device('veth9')], [route('eth0', true)], []],
  ['links of netmeter’s own', [card, device('nm7')], [route('eth0', true), route('nm7')], []],
])('%s', (_, devices, routes, expected) => {
  expect(besideDevices({ devices, routes }, ['eth0'])).toEqual(expected);
});
