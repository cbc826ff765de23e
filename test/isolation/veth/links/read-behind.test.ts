import { expect, test } from 'vitest';
import { readBehind } from '../../../../src/isolation/veth/links/read-behind.js';

const FILES: Readonly<Record<string, string>> = {
  '/proc/net/snmp': `Ip: InHdrErrors InAddrErrors
Ip: 3 4
Icmp: InDestUnreachs OutDestUnreachs OutTimeExcds OutParmProbs
Icmp: 100 5 6 7
`,
  '/proc/net/snmp6': `Icmp6OutDestUnreachs            \t1
Icmp6OutPktTooBigs              \t2
Icmp6OutTimeExcds               \t3
Icmp6OutParmProblems            \t4
Ip6InHdrErrors                  \t1000
`,
  '/proc/net/dev_snmp6/nm1v6': `Ip6InHdrErrors                  \t10
Ip6InNoRoutes                   \t20
Ip6InAddrErrors                 \t30
Ip6OutForwDatagrams             \t7
Ip6OutTransmits                 \t9
`,
  '/sys/class/net/nm1/statistics/rx_dropped': '1\n',
  '/sys/class/net/nm1/statistics/rx_nohandler': '2\n',
  '/sys/class/net/nm1v6/statistics/rx_dropped': '3\n',
  '/sys/class/net/nm1v6/statistics/rx_nohandler': '4\n',
};

const packets = (count: bigint) => ({ bytes: 0n, packets: count });

test('IPv4 of the machine, IPv6 and frames of the run’s own devices', () => {
  expect(readBehind({ ipv4: 'nm1', ipv6: 'nm1v6' }, (file) => FILES[file])).toEqual({
    'behind4.errors': packets(18n),
    'behind4.discards': packets(7n),
    'behind6.errors': packets(10n),
    'behind6.discards': packets(60n),
    'behind6.made': packets(2n),
    'behind.untaken': packets(10n),
  });
});

test('what cannot be read is unknown, not zero: another kernel, no IPv6', () => {
  const { '/proc/net/snmp6': _, ...four } = FILES;
  expect(readBehind({ ipv4: 'nm1' }, (file) => four[file])).toMatchObject({
    ...{ 'behind6.errors': undefined, 'behind6.discards': undefined, 'behind6.made': undefined },
    'behind.untaken': packets(3n),
  });
  expect(readBehind({ ipv4: 'nm2' }, () => undefined)).toMatchObject({
    ...{ 'behind4.errors': undefined, 'behind.untaken': undefined },
  });
});

test('what is about to be sent is not less than nothing', () => {
  const forwarding = { ...FILES, '/proc/net/dev_snmp6/nm1v6': 'Ip6OutForwDatagrams 9\nIp6OutTransmits 7\n' };
  const read = readBehind({ ipv6: 'nm1v6' }, (file) => (forwarding as typeof FILES)[file]);
  expect(read['behind6.made']).toEqual(packets(0n));
});
