import { createFsFromVolume, Volume } from 'memfs';
import { expect, test } from 'vitest';
import { COUNTER_FILES } from '../../src/counters/held-files.js';
import { HeldCounterFiles } from '../../src/counters/take-held-files.js';
import { takeDeviceSample, takeSnapshot } from '../../src/counters/take-snapshot.js';
import { captured, fixture, TAKEN_FILES } from './fixture.js';

const CAPTURE = 'linux-6.18-after-loopback-traffic';

function kernel(absent: readonly string[] = []) {
  const texts = COUNTER_FILES.filter((file) => !absent.includes(file)).map((file) => [
    `/proc/7/net/${file}`,
    TAKEN_FILES.includes(file) ? fixture(`${CAPTURE}/${file}`) : 'not read\n',
  ]);
  const volume = Volume.fromJSON(Object.fromEntries(texts));
  const fs = createFsFromVolume(volume) as unknown as typeof import('node:fs');
  return { volume, fs };
}

test('all files, at the time of the clock', () => {
  using files = new HeldCounterFiles(7, kernel().fs);
  expect(takeSnapshot(files, () => 1234.5)).toEqual(captured(CAPTURE, 1234.5));
});

test('without IPv6 its counters are absent, not empty', () => {
  using files = new HeldCounterFiles(7, kernel(['snmp6', 'sockstat6', 'tcp6']).fs);
  const taken = takeSnapshot(files, () => 0);
  expect(Object.keys(taken).sort()).toEqual(['at', 'dev', 'netstat', 'snmp', 'sockstat']);
});

test('a device sample needs nothing but net/dev, and sees it change', () => {
  const { volume, fs } = kernel();
  using files = new HeldCounterFiles(7, fs);
  for (const file of COUNTER_FILES.filter((name) => name !== 'dev')) volume.writeFileSync(`/proc/7/net/${file}`, '');
  expect(takeDeviceSample(files)).toEqual(captured(CAPTURE).dev);
  volume.writeFileSync('/proc/7/net/dev', fixture('three-devices/dev'));
  expect(Object.keys(takeDeviceSample(files))).toEqual(['lo', 'eth0', 'virbr0']);
});

test('after closing there is no sample, rather than an empty one', () => {
  const files = new HeldCounterFiles(7, kernel().fs);
  files.close();
  expect(() => takeDeviceSample(files)).toThrow('line 1: it is empty');
  expect(() => takeSnapshot(files, () => 0)).toThrow('line 1: it is empty');
});

test('the files of the kernel that runs this test', () => {
  using files = new HeldCounterFiles(process.pid);
  const { netstat, snmp, dev } = takeSnapshot(files, () => 0);
  expect(netstat['IpExt']).toHaveProperty('InOctets');
  expect(snmp['Tcp']).toHaveProperty('RetransSegs');
  expect(dev['lo']).toHaveProperty('rxBytes');
});
