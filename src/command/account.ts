import { readFileSync } from 'node:fs';
import { getegid, geteuid } from 'node:process';
import { NetmeterError } from '../errors.js';
import type { ProcessAccount } from '../linux/process/process-account.js';
import { groupsOf } from '../linux/process/user-groups.js';

/** Whom the command runs as. `name` is absent for a number that the user database does not know. */
export type Account = {
  readonly uid: number;
  readonly gid: number;
  readonly name?: string;
  readonly home?: string;
  readonly shell?: string;
  /** Supplementary groups, where they are not those of the user database. */
  readonly groups?: readonly number[];
};

/** What says who called: the variables that sudo(8) sets. */
export type Caller = { readonly SUDO_UID?: string | undefined; readonly SUDO_GID?: string | undefined };

type ReadText = (file: string) => string | undefined;

const readText: ReadText = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

/**
 * Decides whom the command runs as: `wanted` (NAME|UID[:GROUP|GID]), else who called sudo, else nobody new.
 * @returns undefined when it stays netmeter's own account
 * @throws {NetmeterError} UNKNOWN_USER
 */
export function chooseAccount(
  wanted: string | undefined,
  caller: Caller,
  read: ReadText = readText,
): Account | undefined {
  if (wanted !== undefined) return staysRoot(parseWanted(wanted, read));
  if (!/^\d+$/.test(caller.SUDO_UID ?? '')) return undefined;
  const uid = Number(caller.SUDO_UID);
  const known = accountOfUid(uid, read);
  const gid = /^\d+$/.test(caller.SUDO_GID ?? '') ? Number(caller.SUDO_GID) : (known?.gid ?? uid);
  return staysRoot({ ...known, uid, gid });
}

/** Who called sudo, where that has made root of them: what `sudo -u` starts is the account's that it names. */
export const callerOf = (env: Caller, euid = geteuid?.()): Caller => (euid === 0 ? env : {});

/**
 * Nobody becomes root by asking for it, and a user's namespace has the user's own account alone. Whether another can be had
 * elsewhere is looked at where its rights are taken.
 * @param account what `wanted` came to, somebody else's; undefined: root, or nobody new
 * @throws {NetmeterError} MISSING_RIGHTS
 */
export function requireBecoming(
  wanted: string | undefined,
  account: Account | undefined,
  { euid, isUsersNamespace = false }: { readonly euid: number; readonly isUsersNamespace?: boolean },
): void {
  const refuse = (why: string) => {
    const who = wanted ?? account?.name ?? account?.uid;
    return new NetmeterError('MISSING_RIGHTS', `the command cannot run as '${who}': ${why}`);
  };
  if (account && isUsersNamespace) throw refuse('a namespace without root’s rights has no other account');
  if (wanted !== undefined && euid !== 0 && !account) throw refuse('netmeter does not run as root');
}

/** Whether an account is that of a process which is not root's: to become it nothing is to be done. */
export const isOwn = ({ uid, gid }: Account, own = { uid: geteuid?.(), gid: getegid?.() }): boolean =>
  uid !== 0 && uid === own.uid && gid === own.gid;

/** The user database's account of a number; undefined: it has none. */
export const accountOfUid = (uid: number, read: ReadText = readText): Account | undefined =>
  findUser((user) => user.uid === uid, read);

const staysRoot = (account: Account) => (account.uid === 0 && account.gid === 0 ? undefined : account);

function parseWanted(wanted: string, read: ReadText): Account {
  const [user = '', group, ...rest] = wanted.split(':');
  if (user === '' || group === '' || rest.length > 0)
    throw unknown(`'${wanted}' is not NAME, UID, NAME:GROUP or UID:GID`);
  const account = isNumber(user)
    ? (findUser((entry) => entry.uid === Number(user), read) ?? { uid: Number(user), gid: Number(user) })
    : findUser((entry) => entry.name === user, read);
  if (!account) throw unknown(`there is no user '${user}' in /etc/passwd`);
  return group === undefined ? account : { ...account, gid: findGroup(group, read) };
}

const isNumber = (text: string) => /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32 - 1;

function findUser(matches: (account: Account) => boolean, read: ReadText): Account | undefined {
  for (const line of (read('/etc/passwd') ?? '').split('\n')) {
    const [name, , uid, gid, , home, shell] = line.split(':');
    if (!name || !uid || !gid) continue;
    const account = { uid: Number(uid), gid: Number(gid), name, ...(home && { home }), ...(shell && { shell }) };
    if (matches(account)) return account;
  }
  return undefined;
}

function findGroup(group: string, read: ReadText): number {
  if (isNumber(group)) return Number(group);
  const line = (read('/etc/group') ?? '').split('\n').find((entry) => entry.startsWith(`${group}:`));
  if (!line) throw unknown(`there is no group '${group}' in /etc/group`);
  return Number(line.split(':')[2]);
}

const unknown = (message: string) => new NetmeterError('UNKNOWN_USER', message);

/**
 * What the kernel has to know of an account. Supplementary groups are the user database's by default; a bare number has none.
 * @throws {NoLibcError} the user database cannot be asked
 */
export function processAccount(account: Account | undefined): ProcessAccount | undefined {
  if (!account) return undefined;
  const { uid, gid, name, groups = name === undefined ? [] : groupsOf(name, gid) } = account;
  return { uid, gid, groups };
}
