import { expect, test } from 'vitest';
import { readUplink } from '../../../src/isolation/machine/read-uplink.js';

const head = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n';
const route = (device: string, destination: string, mask: string, metric = 0, flags = '0003') =>
  `${device}\t${destination}\t010200C0\t${flags}\t0\t0\t${metric}\t${mask}\t0\t0\t0\n`;
const zeros = '0'.repeat(32);
const route6 = (device: string, destination: string, length: string, metric = '00000400', flags = '00000003') =>
  `${destination} ${length} ${zeros} 00 ${zeros} ${metric} 00000002 00000000 ${flags} ${device}\n`;

const host = (files: Record<string, string>) => readUplink((file) => files[file]);

test('the default route of the lowest metric, and every routed device', () => {
  const uplink = host({
    '/proc/net/route':
      head +
      route('wlan0', '00000000', '00000000', 600) +
      route('eth0', '00000000', '00000000', 100) +
      route('tun0', '0000000A', '000000FF', 0, '0001'),
    '/proc/net/ipv6_route': route6('eth0', zeros, '00') + route6('lo', zeros, '00', 'ffffffff', '00200200'),
    '/sys/class/net/eth0/mtu': '1400\n',
  });
  expect(uplink).toEqual({
    ipv4: 'eth0',
    ipv6: 'eth0',
    routed: { ipv4: ['wlan0', 'eth0', 'tun0'], ipv6: ['eth0'] },
    mtu: 1400,
  });
});

test('a host without routes has no uplink and the usual MTU', () => {
  expect(host({})).toEqual({ routed: { ipv4: [], ipv6: [] }, mtu: 1500 });
});

test('other runs’ links are no way out', () => {
  expect(host({ '/proc/net/route': head + route('nm17', '441212C6', 'FCFFFFFF') }).routed.ipv4).toEqual([]);
});

/** Texts as the kernel prints them: a default and a blackhole route, and IPv6 with a refused prefix. */
const sample = {
  '/proc/net/route': [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT                                                       ',
    'd0\t00000000\t0200090A\t0003\t0\t0\t100\t00000000\t0\t0\t0                                                                               ',
    'd0\t0000090A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0                                                                               ',
    '*\t0000420A\t00000000\t0201\t0\t0\t0\t0000FFFF\t0\t0\t0                                                                                  ',
    '',
  ].join('\n'),
  '/proc/net/ipv6_route': [
    `fd000009000000000000000000000000 40 ${zeros} 00 ${zeros} 00000100 00000002 00000000 00000001       d0`,
    `fd770000000000000000000000000000 40 ${zeros} 00 ${zeros} 00000400 00000001 00000000 00200200       lo`,
    `fe800000000000000000000000000000 40 ${zeros} 00 ${zeros} 00000100 00000002 00000000 00000001       d1`,
    `${zeros} 00 ${zeros} 00 fd000009000000000000000000000002 00000400 00000001 00000000 00000003       d0`,
    `00000000000000000000000000000001 80 ${zeros} 00 ${zeros} 00000000 00000002 00000000 80200001       lo`,
    `${zeros} 00 ${zeros} 00 ${zeros} ffffffff 00000001 00000000 00200200       lo`,
    '',
  ].join('\n'),
};

test('the kernel’s own text', () => {
  expect(host({ ...sample, '/sys/class/net/d0/mtu': '9000\n' })).toEqual({
    ipv4: 'd0',
    ipv6: 'd0',
    routed: { ipv4: ['d0'], ipv6: ['d0', 'd1'] },
    mtu: 9000,
  });
});

test('a host of IPv6 alone: its MTU', () => {
  const files = { '/proc/net/ipv6_route': sample['/proc/net/ipv6_route'], '/sys/class/net/d0/mtu': '1480\n' };
  expect(host(files)).toEqual({ ipv6: 'd0', routed: { ipv4: [], ipv6: ['d0', 'd1'] }, mtu: 1480 });
});

test.each([
  [
    'hexadecimal metrics of IPv6 in order of size',
    route6('eth0', zeros, '00', '0000000a') + route6('eth1', zeros, '00', '00000009'),
    'eth1',
  ],
  ['a prefix of length 0x30 is no default', route6('eth1', zeros, '30') + route6('eth0', zeros, '00'), 'eth0'],
  [
    'a default that is refused',
    route6('eth1', zeros, '00', '00000001', '00000201') + route6('eth0', zeros, '00'),
    'eth0',
  ],
  ['a default that is down', route6('eth1', zeros, '00', '00000001', '00000002') + route6('eth0', zeros, '00'), 'eth0'],
])('IPv6: %s', (_, text, uplink) => {
  expect(host({ '/proc/net/ipv6_route': text }).ipv6).toBe(uplink);
});

test.each([
  [
    '0.0.0.0/1 of a tunnel is no default',
    route('tun0', '00000000', '00000080') + route('eth0', '00000000', '00000000', 100),
    'eth0',
  ],
  [
    'a default that is refused',
    route('eth1', '00000000', '00000000', 0, '0201') + route('eth0', '00000000', '00000000', 9),
    'eth0',
  ],
  [
    'a metric of more digits',
    route('eth1', '00000000', '00000000', 1024) + route('eth0', '00000000', '00000000', 200),
    'eth0',
  ],
  [
    'the link of another run',
    route('nm17', '00000000', '00000000') + route('nmcli0', '00000000', '00000000', 5),
    'nmcli0',
  ],
])('IPv4: %s', (_, text, uplink) => {
  expect(host({ '/proc/net/route': head + text }).ipv4).toBe(uplink);
});

test.each([
  [
    'of a prefix',
    route('*', '0000430A', '0000FFFF', 0, '0001') + route('eth0', '00000000', '00000000'),
    'eth0',
    ['eth0'],
  ],
  ['for all that a tunnel does not take', route('*', '00000000', '00000000', 50, '0001'), undefined, []],
])('a blackhole %s has no device', (_, text, uplink, routed) => {
  const found = host({ '/proc/net/route': head + text });
  expect(found.ipv4).toBe(uplink);
  expect(found.routed.ipv4).toEqual(routed);
});

test.each([
  ['none', undefined, 1500],
  ['empty', '', 1500],
  ['nonsense', 'x\n', 1500],
  ['below what IPv4 allows', '67\n', 1500],
  ['the least', '68\n', 68],
])('MTU: %s', (_, text, mtu) => {
  const files = { '/proc/net/route': head + route('eth0', '00000000', '00000000') };
  expect(host(text === undefined ? files : { ...files, '/sys/class/net/eth0/mtu': text }).mtu).toBe(mtu);
});
