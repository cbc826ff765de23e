import { createFsFromVolume, Volume } from 'memfs';
import { expect, test } from 'vitest';
import { HeldCounterFiles } from '../../src/counters/take-held-files.js';

const FILES = ['netstat', 'snmp', 'dev', 'sockstat', 'tcp', 'snmp6', 'sockstat6', 'tcp6'];

function kernel(files = FILES) {
  const volume = Volume.fromJSON(Object.fromEntries(files.map((file) => [`/proc/7/net/${file}`, `${file} 1\n`])));
  return { volume, fs: createFsFromVolume(volume) as unknown as typeof import('node:fs') };
}

test('reads what the file says now, not what it said at the opening', () => {
  const { volume, fs } = kernel();
  using files = new HeldCounterFiles(7, fs);
  expect(files.read('dev')).toBe('dev 1\n');
  volume.writeFileSync('/proc/7/net/dev', 'dev 2\n');
  expect(files.read('dev')).toBe('dev 2\n');
});

test('a held file outlives its name, as /proc/PID does when the process has gone', () => {
  const { volume, fs } = kernel();
  using files = new HeldCounterFiles(7, fs);
  volume.unlinkSync('/proc/7/net/netstat');
  expect(files.read('netstat')).toBe('netstat 1\n');
});

test('a file that grows beyond the buffer is read whole', () => {
  const { volume, fs } = kernel();
  using files = new HeldCounterFiles(7, fs);
  const long = 'x'.repeat(100_000);
  volume.writeFileSync('/proc/7/net/snmp', long);
  expect(files.read('snmp')).toBe(long);
  expect(files.read('dev')).toBe('dev 1\n');
});

test('without IPv6 its files are undefined', () => {
  using files = new HeldCounterFiles(7, kernel(FILES.slice(0, 5)).fs);
  expect([files.read('snmp6'), files.read('sockstat6')]).toEqual([undefined, undefined]);
});

test.each(['netstat', 'dev', 'sockstat'])('without %s it does not open', (missing) => {
  const { fs } = kernel(FILES.filter((file) => file !== missing));
  expect(() => new HeldCounterFiles(7, fs)).toThrow(/ENOENT/);
});
