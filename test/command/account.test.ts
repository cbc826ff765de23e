import { expect, test } from 'vitest';
import { chooseAccount } from '../../src/command/account.js';

const files: Record<string, string> = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nann:x:1000:1001:Ann:/home/ann:/bin/sh\n',
  '/etc/group': 'root:x:0:\nannies:x:1001:\nbuild:x:2000:ann\n',
};
const read = (file: string) => files[file];
const ann = { uid: 1000, gid: 1001, name: 'ann', home: '/home/ann' };

test.each([
  ['nobody asked', undefined, {}, undefined],
  ['under sudo', undefined, { SUDO_UID: '1000', SUDO_GID: '1001' }, ann],
  [
    'under sudo, by a user without an entry',
    undefined,
    { SUDO_UID: '4000', SUDO_GID: '4001' },
    { uid: 4000, gid: 4001 },
  ],
  ['root by sudo of root', undefined, { SUDO_UID: '0', SUDO_GID: '0' }, undefined],
  ['a broken SUDO_UID', undefined, { SUDO_UID: 'x' }, undefined],
  ['--user root under sudo', 'root', { SUDO_UID: '1000', SUDO_GID: '1001' }, undefined],
  ['a name', 'ann', {}, ann],
  ['a number with an entry', '1000', {}, ann],
  ['a number without one', '7000', {}, { uid: 7000, gid: 7000 }],
  ['a name and a group', 'ann:build', {}, { ...ann, gid: 2000 }],
  ['numbers', '7000:8000', {}, { uid: 7000, gid: 8000 }],
])('%s', (_, wanted, caller, account) => {
  expect(chooseAccount(wanted, caller, read)).toEqual(account);
});

test.each(['', 'bob', 'ann:', ':build', 'ann:nogroup', 'ann:1:2', '99999999999', '-1'])('%j is refused', (wanted) => {
  expect(() => chooseAccount(wanted, {}, read)).toThrow(expect.objectContaining({ code: 'UNKNOWN_USER' }));
});
