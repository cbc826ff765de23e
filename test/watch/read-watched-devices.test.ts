import { createFsFromVolume, Volume } from 'memfs';
import { expect, test } from 'vitest';
import { readWatchedDevices } from '../../src/watch/read-watched-devices.js';

const HEAD = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
const route = (device: string, destination = '00000000', mask = '00000000', flags = '0003') =>
  `${device}\t${destination}\t010200C0\t${flags}\t0\t0\t0\t${mask}\t0\t0\t0\n`;
const zeros = '0'.repeat(32);
const route6 = (device: string, flags = '00000003') =>
  `${zeros} 00 ${zeros} 00 ${zeros} 00000400 00000001 00000000 ${flags} ${device}\n`;

const devices = (names: readonly string[], files: Record<string, string>) =>
  readWatchedDevices(names, createFsFromVolume(Volume.fromJSON(files)) as unknown as typeof import('node:fs'));

test.each<[string, Record<string, string>, string[]]>([
  ['hardware', { '/sys/class/net/eth0/device/x': '', '/proc/net/route': HEAD + route('tun0') }, ['eth0']],
  ['without hardware those of a default route', { '/proc/net/route': HEAD + route('tun0') }, ['tun0']],
  [
    'of either family',
    { '/proc/net/route': HEAD + route('eth0'), '/proc/net/ipv6_route': route6('tun0') },
    ['eth0', 'tun0'],
  ],
  [
    '0.0.0.0/1 and a refused route are no default',
    {
      '/proc/net/route': HEAD + route('eth0', '00000000', '00000080') + route('eth0', '00000000', '00000000', '0201'),
      '/proc/net/ipv6_route': route6('lo', '00200200') + route6('tun0'),
    },
    ['tun0'],
  ],
  ['without a route all but loopback', {}, ['eth0', 'tun0']],
])('%s', (_, files, expected) => {
  expect(devices(['lo', 'eth0', 'tun0'], files)).toEqual(expected);
});

test('loopback alone: nothing leads outside', () => {
  expect(devices(['lo'], {})).toEqual([]);
});
