import { expect, test } from 'vitest';
import { readBehind } from '../../../../src/isolation/veth/links/read-behind.js';

const FILES: Readonly<Record<string, string>> = {
  '/proc/net/snmp': 'Ip: InReceives InHdrErrors InAddrErrors\nIp: 9 3 4\n',
  '/proc/net/dev_snmp6/nm1v6': `Ip6InHdrErrors                  \t10
Ip6InNoRoutes                   \t20
Ip6InAddrErrors                 \t30
`,
  '/sys/class/net/nm1/statistics/rx_dropped': '1\n',
  '/sys/class/net/nm1/statistics/rx_nohandler': '2\n',
  '/sys/class/net/nm1v6/statistics/rx_dropped': '3\n',
  '/sys/class/net/nm1v6/statistics/rx_nohandler': '4\n',
};

const packets = (count: bigint) => ({ bytes: 0n, packets: count });

test('IPv4 of the machine, IPv6 and frames of the run’s own devices', () => {
  expect(readBehind({ ipv4: 'nm1', ipv6: 'nm1v6' }, (file) => FILES[file])).toEqual({
    'behind4.discards': packets(7n),
    'behind6.discards': packets(60n),
    'behind.untaken': packets(10n),
  });
});

test('what cannot be read is unknown, not zero: another kernel, no IPv6', () => {
  expect(readBehind({ ipv4: 'nm1' }, (file) => FILES[file])).toEqual({
    'behind4.discards': packets(7n),
    'behind6.discards': undefined,
    'behind.untaken': packets(3n),
  });
  expect(readBehind({ ipv4: 'nm2' }, () => undefined)).toEqual({
    'behind4.discards': undefined,
    'behind6.discards': undefined,
    'behind.untaken': undefined,
  });
});
