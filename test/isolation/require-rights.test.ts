import { expect, test } from 'vitest';
import { requireRights } from '../../src/isolation/require-rights.js';

const status = (effective: string) => () =>
  `Name:\tnode\nCapInh:\tffffffffffffffff\nCapPrm:\tffffffffffffffff\nCapEff:\t${effective}\nCapBnd:\tffffffffffffffff\n`;
const BITS = {
  CAP_KILL: 5,
  CAP_SETGID: 6,
  CAP_SETUID: 7,
  CAP_NET_ADMIN: 12,
  CAP_SYS_PTRACE: 19,
  CAP_SYS_ADMIN: 21,
};
const all = Object.values(BITS).reduce((mask, bit) => mask | (1n << BigInt(bit)), 0n);
const hex = (mask: bigint) => mask.toString(16).padStart(16, '0');

test.each([
  ['root', '000001ffffffffff'],
  ['root without CAP_SYS_RESOURCE', '000001fffeffffff'],
  ['exactly what is needed', hex(all)],
])('%s may', (_, effective) => {
  expect(() => requireRights(status(effective))).not.toThrow();
});

test.each(Object.entries(BITS))('%s alone missing is named alone', (name, bit) => {
  const message = expect.stringMatching(new RegExp(`lacks: ${name}$`));
  const refusal = expect.objectContaining({ code: 'MISSING_RIGHTS', message });
  expect(() => requireRights(status(hex(all & ~(1n << BigInt(bit)))))).toThrow(refusal);
});

test.each([
  ['root of a container that has no rights', status('0000000000000000'), /SYS_ADMIN, .*NET_ADMIN/],
  // Docker's default set has CAP_SETUID, CAP_SETGID and CAP_KILL.
  ['root in an ordinary container', status('00000000a80425fb'), /lacks: CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_SYS_PTRACE$/],
  ['a status without the line', () => 'Name:\tnode\n', /CAP_SYS_ADMIN/],
])('%s may not', (_, read, message) => {
  expect(() => requireRights(read, 0)).toThrow(message);
});

test('an ordinary user is said to be none of root’s, and one with some rights which are missing', () => {
  expect(() => requireRights(status('0000000000000000'), 1000)).toThrow(/^a network namespace needs root$/);
  expect(() => requireRights(status('0000000000001000'), 1000)).toThrow(/lacks: CAP_SYS_ADMIN, CAP_SETUID/);
});
