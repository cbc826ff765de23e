import { closeSync, openSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { addressOf, libcFunction } from '../../src/linux/libc.js';
import { isErrno, LinuxError } from '../../src/linux/linux-error.js';

describe('a function of libc', () => {
  test('hands its result over', () => {
    expect(libcFunction('int getpid(void)')()).toBe(process.pid);
  });

  test('fails with the name of the call and of the error', () => {
    const open = libcFunction('int open(const char *path, int flags)');
    const error = caught(() => open('/nonexistent', 0));
    expect(error).toMatchObject({ call: 'open', errno: 2, code: 'ENOENT', message: 'open: ENOENT' });
    expect(isErrno(error, 'EACCES', 'ENOENT')).toBe(true);
    expect(isErrno(error, 'EACCES')).toBe(false);
  });

  test('writes into a buffer, and knows its address', () => {
    const read = libcFunction('long read(int fd, void *into, size_t count)');
    const fd = openSync('/proc/self/comm', 'r');
    const buffer = Buffer.alloc(64);
    const count = read(fd, buffer, buffer.length);
    closeSync(fd);
    expect(buffer.toString('latin1', count - 1, count)).toBe('\n');
    expect(addressOf(buffer.subarray(8)) - addressOf(buffer)).toBe(8n);
  });
});

test.each([
  [11, 'EAGAIN'],
  [95, 'EOPNOTSUPP'],
])('an error has the name that the kernel gives it: %i is %s', (errno, code) => {
  expect(new LinuxError('recv', errno).code).toBe(code);
});

test('an error without a name is shown by its number', () => {
  expect(new LinuxError('ioctl', 9999, 'why').message).toBe('ioctl: errno 9999: why');
});

test('of two names of an error it has the first', () => {
  expect([11, 95].map((errno) => new LinuxError('fcntl', errno).code)).toEqual(['EAGAIN', 'EOPNOTSUPP']);
});

function caught(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
