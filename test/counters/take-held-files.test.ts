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

test.each([16_383, 16_384, 16_385, 32_768, 40_000])('a file of %i bytes, around the size of the buffer', (length) => {
  const { volume, fs } = kernel();
  using files = new HeldCounterFiles(7, fs);
  const text = Array.from({ length }, (_, at) => String(at % 10)).join('');
  volume.writeFileSync('/proc/7/net/netstat', text);
  expect(files.read('netstat')).toBe(text);
  volume.writeFileSync('/proc/7/net/netstat', 'short\n');
  expect(files.read('netstat')).toBe('short\n');
});

/** Counts what is open, and hands out at most `most` bytes a read, as the kernel does with its records. */
function watched(fs: typeof import('node:fs'), most: number) {
  const open = new Set<number>();
  const openSync: typeof fs.openSync = (...parameters) => {
    const descriptor = fs.openSync(...parameters);
    open.add(descriptor);
    return descriptor;
  };
  const readSync = (descriptor: number, buffer: Buffer, offset: number, length: number, position: number) =>
    fs.readSync(descriptor, buffer, offset, Math.min(length, most), position);
  const closeSync = (descriptor: number) => {
    fs.closeSync(descriptor);
    open.delete(descriptor);
  };
  return { open, fs: { openSync, readSync: readSync as typeof fs.readSync, closeSync } };
}

test.each([1, 4, 7])('reads of %i bytes are not the end of a file', (most) => {
  const { volume, fs } = kernel();
  using files = new HeldCounterFiles(7, watched(fs, most).fs);
  volume.writeFileSync('/proc/7/net/snmp', 'Ip: Forwarding\nIp: 1\n');
  expect(files.read('snmp')).toBe('Ip: Forwarding\nIp: 1\n');
});

test('closing lets go of every file, and twice does nothing', () => {
  const { open, fs } = watched(kernel().fs, 100);
  const files = new HeldCounterFiles(7, fs);
  expect(open.size).toBe(8);
  files.close();
  files.close();
  expect(open.size).toBe(0);
  expect(files.read('dev')).toBeUndefined();
});

test.each(FILES.slice(0, 5))('a failure at %s leaves nothing open', (missing) => {
  const { open, fs } = watched(kernel(FILES.filter((file) => file !== missing)).fs, 100);
  expect(() => new HeldCounterFiles(7, fs)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  expect(open.size).toBe(0);
});

test('a process that has gone cannot be opened', () => {
  expect(() => new HeldCounterFiles(8, kernel().fs)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
});

test.each(['snmp6', 'sockstat6', 'tcp6'])(
  '%s that is there but refused is an error, not a host without IPv6',
  (file) => {
    const { fs } = kernel();
    const refusing: typeof fs.openSync = (path, ...rest) => {
      if (String(path).endsWith(`/${file}`)) throw Object.assign(new Error('refused'), { code: 'EACCES' });
      return fs.openSync(path, ...rest);
    };
    expect(() => new HeldCounterFiles(7, { ...watched(fs, 100).fs, openSync: refusing })).toThrow('refused');
  },
);
