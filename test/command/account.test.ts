import { expect, test } from 'vitest';
import { callerOf, chooseAccount, requireBecoming } from '../../src/command/account.js';

const files: Record<string, string> = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nann:x:1000:1001:Ann:/home/ann:/bin/sh\n',
  '/etc/group': 'root:x:0:\nannies:x:1001:\nbuild:x:2000:ann\n',
};
const read = (file: string) => files[file];
const ann = { uid: 1000, gid: 1001, name: 'ann', home: '/home/ann', shell: '/bin/sh' };

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

test.each([
  ['without SUDO_GID: the user’s own group', { SUDO_UID: '1000' }, ann],
  ['without SUDO_GID, nor an entry', { SUDO_UID: '4000' }, { uid: 4000, gid: 4000 }],
  ['a broken SUDO_GID', { SUDO_UID: '1000', SUDO_GID: '-1' }, ann],
  ['an empty SUDO_UID', { SUDO_UID: '', SUDO_GID: '1001' }, undefined],
  ['a SUDO_UID with a sign', { SUDO_UID: '+1000', SUDO_GID: '1001' }, undefined],
  [
    'root’s uid in another group',
    { SUDO_UID: '0', SUDO_GID: '1001' },
    { uid: 0, gid: 1001, name: 'root', home: '/root', shell: '/bin/sh' },
  ],
])('under sudo, %s', (_, caller, account) => {
  expect(chooseAccount(undefined, caller, read)).toEqual(account);
});

test.each([
  ['a name and a number', 'ann:7', { ...ann, gid: 7 }],
  ['root in another group', 'root:build', { uid: 0, gid: 2000, name: 'root', home: '/root', shell: '/bin/sh' }],
  ['the largest uid', '4294967294', { uid: 4_294_967_294, gid: 4_294_967_294 }],
  ['root by its number', '0', undefined],
])('--user: %s', (_, wanted, account) => {
  expect(chooseAccount(wanted, {}, read)).toEqual(account);
});

test('a group whose name begins like another’s', () => {
  expect(() => chooseAccount('ann:bui', {}, read)).toThrow("there is no group 'bui' in /etc/group");
});

test.each(['4294967295', '1e3', ' ann', 'ANN', 'ann:99999999999'])('%j is refused', (wanted) => {
  expect(() => chooseAccount(wanted, {}, read)).toThrow(expect.objectContaining({ code: 'UNKNOWN_USER' }));
});

test.each(['ann', 'root:build'])('%s is refused where there is no user database', (wanted) => {
  expect(() => chooseAccount(wanted, {}, () => undefined)).toThrow(expect.objectContaining({ code: 'UNKNOWN_USER' }));
});

test('an entry without a home has none, and a broken line is passed over', () => {
  const passwd = '# comment\nbroken\n+::::::\nbob:x:5:6::\n';
  expect(chooseAccount('bob', {}, () => passwd)).toEqual({ uid: 5, gid: 6, name: 'bob' });
});

test.each([
  ['nobody else was asked for', undefined, undefined, { euid: 1000 }],
  ['root becomes anybody', 'build', { uid: 1001, gid: 1001 }, { euid: 0 }],
  ['whose rights are looked at later', 'build', { uid: 1001, gid: 1001 }, { euid: 1000 }],
  ['nor in a namespace of the user’s own', undefined, undefined, { euid: 1000, isUsersNamespace: true }],
] as const)('%s: allowed', (_, wanted, account, where) => {
  expect(() => requireBecoming(wanted, account, where)).not.toThrow();
});

test.each([
  ['an ordinary user does not become root', 'root', undefined, { euid: 1000 }],
  ['nor anybody else in a namespace of their own', 'ann', ann, { euid: 1001, isUsersNamespace: true }],
  ['nor does root, where it is root of its own namespace alone', undefined, ann, { euid: 0, isUsersNamespace: true }],
] as const)('%s', (_, wanted, account, where) => {
  expect(() => requireBecoming(wanted, account, where)).toThrow(
    expect.objectContaining({ code: 'MISSING_RIGHTS', message: expect.stringContaining(`'${wanted ?? 'ann'}'`) }),
  );
});

test('who called sudo matters where sudo has made root of them', () => {
  const variables = { SUDO_UID: '1000', SUDO_GID: '1001' };
  expect(callerOf(variables, 0)).toEqual(variables);
  expect(callerOf(variables, 1002)).toEqual({});
});
