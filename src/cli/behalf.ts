import { readFileSync } from 'node:fs';
import { type Account, accountOfUid, chooseAccount } from '../command/account.js';
import { type Behalf, OWN_BEHALF } from '../files/behalf.js';
import { NoLibcError } from '../linux/load-koffi.js';
import type { ProcessAccount } from '../linux/process/process-account.js';
import { groupsOf } from '../linux/process/user-groups.js';

/**
 * On whose behalf netmeter reads and writes files that it was given: under sudo the caller's; as root itself its own, but
 * where a path leads through what belongs to somebody else, that one's. Under sudo that can only be the account that the
 * command runs as, whose rights the caller has anyway.
 * @param user the account of --user
 */
export function behalfOf(env: NodeJS.ProcessEnv, user?: string): Behalf {
  if (process.geteuid?.() !== 0) return OWN_BEHALF;
  const caller = chooseAccount(undefined, env);
  if (!caller)
    return { accountOf: (uid) => (isOther(uid) ? fileAccount(accountOfUid(uid) ?? unknown(uid)) : undefined) };
  const named = user === undefined ? undefined : chooseAccount(user, {});
  return {
    starter: fileAccount({ ...caller, name: caller.name ?? env['SUDO_USER'] }),
    accountOf: (uid) => (named?.uid === uid && uid !== caller.uid ? fileAccount(named) : undefined),
  };
}

type NamedAccount = Pick<Account, 'uid' | 'gid'> & { readonly name?: string | undefined };

const fileAccount = ({ uid, gid, name }: NamedAccount): ProcessAccount => ({
  uid,
  gid,
  groups: name === undefined ? [] : knownGroups(name, gid),
});

/** Without libc no rights can be taken either, and the error says so where they are needed. */
function knownGroups(name: string, gid: number): readonly number[] {
  try {
    return groupsOf(name, gid);
  } catch (error) {
    if (error instanceof NoLibcError) return [];
    throw error;
  }
}

/** nobody's and nogroup's number: /proc/sys/kernel/overflowuid. */
const OVERFLOW = 65534;

/** The user database does not know it: nobody knows its groups. */
const unknown = (uid: number): NamedAccount => ({ uid, gid: OVERFLOW });

/**
 * Whether root of this user namespace has rights over a user's files beyond those of everybody: not if it does not know
 * the user (user_namespaces(7)), and then the files are shown as the overflow user's.
 */
function isOther(uid: number): boolean {
  if (uid === 0) return false;
  const ranges = uidRanges();
  const isWhole = ranges.some(({ first, count }) => first === 0 && count >= 2 ** 32 - 1);
  return isWhole || (uid !== OVERFLOW && ranges.some(({ first, count }) => uid >= first && uid < first + count));
}

/** The users of this namespace; without /proc all are taken for known. */
function uidRanges(): readonly { readonly first: number; readonly count: number }[] {
  try {
    const lines = readFileSync('/proc/self/uid_map', 'latin1').trim().split('\n');
    return lines
      .map((line) => line.trim().split(/\s+/).map(Number))
      .map(([first = 0, , count = 0]) => ({ first, count }));
  } catch {
    return [{ first: 0, count: 2 ** 32 }];
  }
}
