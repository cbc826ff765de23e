import { createFsFromVolume, Volume } from 'memfs';
import { expect, test } from 'vitest';
import { HeldCounterFiles } from '../../src/counters/take-held-files.js';
import { nextRecord } from '../../src/watch/records/next-record.js';
import { takeReading } from '../../src/watch/take-reading.js';
import { fixture } from '../counters/fixture.js';

type Volumes = ReturnType<typeof Volume.fromJSON>;

const dev = (rx: number, tx: number) =>
  [
    'Inter-|   Receive                                                |  Transmit',
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed',
    '    lo:       0       0    0    0    0     0          0         0       0       0    0    0    0     0       0          0',
    `  eth0: ${rx}      10    0    0    0     0          0         0 ${tx}      10    0    0    0     0       0          0`,
    '',
  ].join('\n');

const netstat = (inOctets: string) =>
  `IpExt: InOctets OutOctets InNoECTPkts InECT1Pkts InECT0Pkts InCEPkts\nIpExt: ${inOctets} 5 0 0 0 0\n`;

/** A kernel of files, whose counters a test changes between two samples. */
function kernel() {
  const volume = Volume.fromJSON({
    '/proc/7/net/netstat': netstat('100'),
    '/proc/7/net/snmp': 'Ip: InReceives\nIp: 0\nTcp: OutSegs RetransSegs\nTcp: 0 0\n',
    '/proc/7/net/dev': dev(1000, 500),
    '/proc/7/net/sockstat': 'TCP: inuse 0 tw 0\n',
    '/proc/7/net/tcp': '\n',
    '/proc/sys/kernel/random/boot_id': '11111111-2222\n',
    '/proc/uptime': '100.25 350.00\n',
    '/proc/self/ns/.keep': '',
    '/sys/class/net/eth0/ifindex': '2\n',
    '/sys/class/net/eth0/device/vendor': '0x8086\n',
  });
  volume.symlinkSync('net:[4026531840]', '/proc/self/ns/net');
  return volume;
}

function source(volume: Volumes, at: number) {
  const fileSystem = createFsFromVolume(volume) as unknown as typeof import('node:fs');
  return {
    files: new HeldCounterFiles(7, fileSystem),
    outside: (names: readonly string[]) => names.filter((name) => name !== 'lo'),
    intervalMs: 1000,
    fileSystem,
    clock: { now: () => at, awakeMs: () => at },
  };
}

test('who is stopped between two clocks reads both again: the machine has not slept', () => {
  const volume = kernel();
  const times = [90_000, 90_000, 91_500, 91_500, 91_500];
  const awakeMs = () => {
    const now = times.shift() ?? Number.NaN;
    if (now === 91_500) volume.writeFileSync('/proc/uptime', '101.75 350.00\n');
    return now;
  };
  const reading = takeReading({ ...source(volume, 90_000), clock: { now: () => 90_000, awakeMs } });
  expect(reading).toMatchObject({ uptimeMs: 101_750, awakeMs: 91_500 });
});

test('counters, clocks and devices, as the kernel prints them', () => {
  expect(takeReading(source(kernel(), 90_000))).toMatchObject({
    at: '1970-01-01T00:01:30.000Z',
    bootId: '11111111-2222',
    namespace: 'net:[4026531840]',
    uptimeMs: 100_250,
    awakeMs: 90_000,
    intervalMs: 1000,
    devices: ['eth0'],
    indexes: { lo: null, eth0: 2 },
    snapshot: { netstat: { IpExt: { InOctets: 100n } }, dev: { eth0: { rxBytes: 1000n } } },
  });
});

test('two samples of files that changed between them', () => {
  const volume = kernel();
  const first = nextRecord(undefined, takeReading(source(volume, 90_000)));
  volume.writeFileSync('/proc/7/net/netstat', netstat('18446744073709551615'));
  expect(nextRecord(first, takeReading(source(volume, 91_000))).events).toEqual([{ kind: 'too-large' }]);
  volume.writeFileSync('/proc/7/net/netstat', netstat('350'));
  volume.writeFileSync('/proc/7/net/dev', dev(1300, 499));
  volume.writeFileSync('/proc/uptime', '101.25 360.00\n');
  expect(nextRecord(first, takeReading(source(volume, 91_000)))).toMatchObject({
    delta: { elapsedMs: 1000, external: { in: { wireOctets: 250 }, out: { wireOctets: null } } },
    events: [{ kind: 'counter-reset', counter: 'eth0.txBytes', before: '500', after: '499' }],
  });
  volume.writeFileSync('/proc/sys/kernel/random/boot_id', '33333333-4444\n');
  expect(nextRecord(first, takeReading(source(volume, 91_000))).delta?.external.out.wireOctets).toBe(359);
});

test('a real kernel’s files', () => {
  const volume = kernel();
  for (const file of ['netstat', 'snmp', 'snmp6', 'dev', 'sockstat', 'sockstat6'])
    volume.writeFileSync(`/proc/7/net/${file}`, fixture(`linux-6.18-after-loopback-traffic/${file}`));
  const record = nextRecord(undefined, takeReading(source(volume, 1)));
  expect(record.counters.dev['lo']?.counters['rxBytes']).toBe('2007756');
  expect(Object.keys(record.counters.snmp6 ?? {})).toContain('Ip6InOctets');
});

test.each([
  ['/proc/uptime', 'COUNTERS_UNREADABLE', undefined],
  ['/proc/sys/kernel/random/boot_id', 'COUNTERS_UNREADABLE', undefined],
  ['/proc/uptime', 'MALFORMED_KERNEL_FILE', 'soon\n'],
  ['/proc/7/net/dev', 'MALFORMED_KERNEL_FILE', 'x'],
])('%s that cannot be used: %s', (file, code, text) => {
  const volume = kernel();
  if (text === undefined) volume.unlinkSync(file);
  else volume.writeFileSync(file, text);
  expect(() => takeReading(source(volume, 1))).toThrow(expect.objectContaining({ code }));
});

test('devices that lead to others on this machine, where there are any', () => {
  const beside = (counted: readonly string[]) => counted.map((name) => `beside ${name}`);
  expect(takeReading({ ...source(kernel(), 1), beside }).beside).toEqual(['beside eth0']);
  expect(takeReading({ ...source(kernel(), 1), beside: () => [] })).not.toHaveProperty('beside');
});

test('a namespace that is not known is null', () => {
  const volume = kernel();
  volume.unlinkSync('/proc/self/ns/net');
  expect(takeReading(source(volume, 1)).namespace).toBeNull();
});
