import { expect, test } from 'vitest';
import { parseNameValueTable } from '../../src/counters/name-value-table.js';
import { parseNetstat } from '../../src/counters/netstat.js';
import { parseSnmp } from '../../src/counters/snmp.js';
import { fixture } from './fixture.js';

test('columns are found by name, in any order, and unknown ones are kept', () => {
  const text = 'IpExt: FromTheFuture OutOctets InOctets\nIpExt: 1 2 3\nNewExt: A\nNewExt: 4\n';
  expect(parseNameValueTable('netstat', text)).toEqual({
    IpExt: { FromTheFuture: 1n, OutOctets: 2n, InOctets: 3n },
    NewExt: { A: 4n },
  });
});

test('the largest u64 is exact', () => {
  const { IpExt } = parseNetstat(fixture('synthetic-u64-max/netstat'));
  expect(IpExt).toEqual({ InNoRoutes: 0n, InOctets: 2n ** 64n - 1n, OutOctets: 2n ** 64n - 1n });
});

test('a group without columns, and the space that the kernel leaves at the end of a line', () => {
  expect(parseSnmp('IcmpMsg:\nIcmpMsg:\nIp: A \nIp: 1 \n')).toEqual({ IcmpMsg: {}, Ip: { A: 1n } });
});

test('names of Object.prototype are counters like others', () => {
  const table = parseNetstat('__proto__: constructor __proto__\n__proto__: 1 2\n');
  expect(Object.keys(table)).toEqual(['__proto__']);
  expect(Object.values(table).flatMap(Object.entries)).toEqual([
    ['constructor', 1n],
    ['__proto__', 2n],
  ]);
  expect(parseNetstat('IpExt: A\nIpExt: 1\n')['toString']).toBeUndefined();
});

test('every group of a real file, no column lost', () => {
  const name = 'linux-6.18-after-loopback-traffic';
  const snmp = parseSnmp(fixture(`${name}/snmp`));
  expect(Object.keys(snmp)).toEqual(['Ip', 'Icmp', 'IcmpMsg', 'Tcp', 'Udp', 'UdpLite']);
  expect(snmp['Tcp']).toMatchObject({
    MaxConn: -1n,
    ActiveOpens: 2n,
    PassiveOpens: 2n,
    OutSegs: 88n,
    InCsumErrors: 0n,
  });
  const netstat = parseNetstat(fixture(`${name}/netstat`));
  expect(Object.keys(netstat)).toEqual(['TcpExt', 'IpExt', 'MPTcpExt']);
  const columns = fixture(`${name}/netstat`)
    .split('\n')
    .filter((_, index) => index % 2 === 0);
  expect(Object.values(netstat).map((group) => Object.keys(group).length)).toEqual(
    columns.filter(Boolean).map((line) => line.trim().split(' ').length - 1),
  );
});
