import { expect, test } from 'vitest';
import { LinuxError } from '../../src/linux/linux-error.js';
import { netnsCookie } from '../../src/linux/netns-cookie.js';

const ENOPROTOOPT = 92;
const EPERM = 1;

const failing = (errno: number) => () => {
  throw new LinuxError('getsockopt', errno);
};

test('a kernel that gives namespaces no number is no error (before Linux 5.14)', () => {
  expect(netnsCookie(failing(ENOPROTOOPT))).toBeUndefined();
});

test('whatever else keeps the number from being known is', () => {
  expect(() => netnsCookie(failing(EPERM))).toThrow('getsockopt: EPERM');
});
