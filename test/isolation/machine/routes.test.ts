import { expect, test } from 'vitest';
import { parseIpv4Routes, parseIpv6Routes } from '../../../src/isolation/machine/routes.js';

const HEADER = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT';

test.each([
  [
    'the default route',
    'eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0',
    [{ device: 'eth0', isDefault: true, isNetwork: true }],
  ],
  [
    'a network',
    'eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
    [{ device: 'eth0', isDefault: false, isNetwork: true }],
  ],
  [
    'a single neighbour',
    'eth0\t010200C0\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0',
    [{ device: 'eth0', isDefault: false, isNetwork: false }],
  ],
  ['a blackhole', '*\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0', []],
  ['a route that is down', 'eth0\t00000000\t010200C0\t0002\t0\t0\t0\t00000000\t0\t0\t0', []],
  ['a line that was cut', 'eth0\t0000', []],
])('IPv4: %s', (_, line, routes) => {
  expect(parseIpv4Routes(`${HEADER}\n${line}\n`)).toEqual(routes);
});

const NONE = '0'.repeat(32);
test.each([
  [
    'the default route',
    `${NONE} 00 ${NONE} 00 fd000000000000000000000000000001 00000400 00000001 00000000 00000003     eth0`,
    [{ device: 'eth0', isDefault: true, isNetwork: true }],
  ],
  [
    'link-local',
    `fe800000000000000000000000000000 40 ${NONE} 00 ${NONE} 00000100 00000001 00000000 00000001     eth0`,
    [{ device: 'eth0', isDefault: false, isNetwork: false }],
  ],
  [
    'an own address',
    `fd000000000000000000000000000002 80 ${NONE} 00 ${NONE} 00000000 00000002 00000000 80200001     eth0`,
    [{ device: 'eth0', isDefault: false, isNetwork: false }],
  ],
  ['refused', `${NONE} 00 ${NONE} 00 ${NONE} ffffffff 00000001 00000000 00200200       lo`, []],
])('IPv6: %s', (_, line, routes) => {
  expect(parseIpv6Routes(`${line}\n`)).toEqual(routes);
});
