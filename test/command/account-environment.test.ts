import { describe, expect, test } from 'vitest';
import { callersEnvironment, environmentOf } from '../../src/command/account-environment.js';

const root = { uid: 0, gid: 0, name: 'root', home: '/root', shell: '/bin/bash' };
const ann = { uid: 1000, gid: 1001, name: 'ann', home: '/home/ann', shell: '/bin/zsh' };
const bare = { PATH: '/bin', LANG: 'C' };
const roots = { ...bare, HOME: '/root', USER: 'root', LOGNAME: 'root', SHELL: '/bin/bash' };
const anns = { ...bare, HOME: '/home/ann', USER: 'ann', LOGNAME: 'ann', SHELL: '/bin/zsh' };

describe('--user', () => {
  test('is the account’s own, whatever netmeter had', () => {
    expect(environmentOf(ann, roots)).toEqual(anns);
    expect(environmentOf(ann, { ...roots, HOME: '/elsewhere' })).toEqual(anns);
    expect(environmentOf(ann, bare)).toEqual(anns);
  });

  test('a number without an entry has no name and no home', () => {
    expect(environmentOf({ uid: 7, gid: 7 }, roots)).toEqual({ ...bare, HOME: '/', SHELL: '/bin/sh' });
  });
});

describe('under sudo', () => {
  test('what says root is the caller’s again', () => expect(callersEnvironment(ann, roots, root)).toEqual(anns));

  test('what was kept stays, and what was not there does not come', () => {
    expect(callersEnvironment(ann, { ...roots, HOME: '/work' }, root)).toEqual({ ...anns, HOME: '/work' });
    expect(callersEnvironment(ann, bare, root)).toEqual(bare);
  });

  test('a caller without an entry is not called root', () => {
    expect(callersEnvironment({ uid: 7, gid: 7 }, roots, root)).toEqual({ ...bare, HOME: '/', SHELL: '/bin/sh' });
  });
});
