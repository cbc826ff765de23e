import { type Account, accountOfUid } from './account.js';

type Environment = Readonly<NodeJS.ProcessEnv>;

/** Variables that say whose environment it is; undefined: nothing is known to say. */
type Identity = Readonly<Record<'HOME' | 'USER' | 'LOGNAME' | 'SHELL', string | undefined>>;

/** Who is not in the user database has neither, as in docker(1). */
const NOWHERE = '/';
const ANY_SHELL = '/bin/sh';

function identityOf({ name, home = NOWHERE, shell = ANY_SHELL }: Account): Identity {
  return { HOME: home, USER: name, LOGNAME: name, SHELL: shell };
}

/** The environment of another account's command, as `sudo -u`, `runuser -u` and User= of systemd make it. */
export const environmentOf = (account: Account, env: Environment): NodeJS.ProcessEnv => ({
  ...without(env, Object.keys(identityOf(account))),
  ...identityOf(account),
});

/**
 * What sudo has changed to say root's, changed back for the caller's command. Other values were kept on purpose (env_keep, -E).
 * @param root the account that sudo has set up the environment for
 */
export function callersEnvironment(
  caller: Account,
  env: Environment,
  root: Account = accountOfUid(0) ?? { uid: 0, gid: 0 },
): NodeJS.ProcessEnv {
  const roots = identityOf(root);
  const changed = Object.entries(identityOf(caller)).filter(([name]) => env[name] === roots[name as keyof Identity]);
  const names = changed.map(([name]) => name);
  return { ...without(env, names), ...Object.fromEntries(changed.filter(([name]) => env[name] !== undefined)) };
}

const without = (env: Environment, names: readonly string[]) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));

/** The command's environment. @param wanted as --user says it; undefined: the account is who called sudo */
export function commandEnvironment(
  account: Account | undefined,
  wanted: string | undefined,
  env: Environment,
): NodeJS.ProcessEnv {
  if (!account) return env;
  return wanted === undefined ? callersEnvironment(account, env) : environmentOf(account, env);
}
