import { expect, test } from 'vitest';
import { readUplink } from '../../src/isolation/read-uplink.js';

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
