import { expect, test } from 'vitest';
import { LinuxError } from '../../../src/linux/linux-error.js';
import { firstAccepted, knownOfPackets } from '../../../src/observe/meter/known-of-packets.js';

const COARSE = { clock: 'ktime_get_coarse_ns' };
const FINE = { clock: 'ktime_get_ns' };

/** Refuses the first so many attempts, as a kernel that lacks a function. */
function refuser(refused: number, errno: 'EINVAL' | 'EPERM' = 'EINVAL') {
  let attempts = 0;
  return () => {
    attempts += 1;
    if (attempts <= refused) throw new LinuxError('bpf', errno === 'EINVAL' ? 22 : 1);
  };
}

test.each([
  [0, { network: 7n, ...COARSE }],
  [1, COARSE],
  [2, FINE],
])('after %i refusals of the kernel packets say what it can', (refused, known) => {
  expect(firstAccepted(knownOfPackets(7n), refuser(refused))).toEqual(known);
});

test('without a namespace to distinguish, the clock alone is chosen', () => {
  expect(knownOfPackets(undefined)).toEqual([COARSE, FINE]);
});

test.each([
  ['the last refusal', 3, 'EINVAL'],
  ['any other error', 1, 'EPERM'],
] as const)('%s is handed on', (_, refused, errno) => {
  expect(() => firstAccepted(knownOfPackets(7n), refuser(refused, errno))).toThrow(errno);
});
