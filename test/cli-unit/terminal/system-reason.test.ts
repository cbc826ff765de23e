import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { systemReason } from '../../../src/cli/terminal/system-reason.js';
import { LinuxError } from '../../../src/linux/linux-error.js';

const failed = (code: string, path: string) =>
  Object.assign(new Error(`${code}: why`), { code, syscall: 'open', path });

test.each<[Error, RegExp]>([
  [failed('EMFILE', '/proc/1/net/tcp'), /ulimit -n/],
  [failed('EROFS', '/proc/sys/net/ipv4/ip_forward'), /--isolation host/],
  [failed('EAGAIN', ''), /ulimit -u/],
  [new LinuxError('socket', 24), /ulimit -n/],
  [new LinuxError('unshare', 28), /report the message/],
])('%s has a cure', (error, cure) => {
  expect(systemReason(error)).toMatchObject({
    code: 'SETUP_FAILED',
    message: error.message,
    cure: expect.stringMatching(cure),
  });
});

test('Node’s own errors of the system are known as such', () => {
  const caught = (() => {
    try {
      return readFileSync('/no/such/file');
    } catch (error) {
      return error;
    }
  })();
  expect(systemReason(caught)?.message).toMatch(/ENOENT.*\/no\/such\/file/);
});

test('a fault of netmeter’s own is none', () => {
  expect(systemReason(new TypeError("Cannot read properties of undefined (reading '3')"))).toBeUndefined();
  expect(systemReason(Object.assign(new Error('bad'), { code: 'ERR_INVALID_ARG_TYPE' }))).toBeUndefined();
  expect(systemReason('text')).toBeUndefined();
});
