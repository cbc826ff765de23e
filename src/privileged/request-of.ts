import { resolve } from 'node:path';
import { env as ownEnvironment, umask } from 'node:process';
import { workingFolder } from '../command/working-folder.js';
import type { MeasureOptions } from '../measure-options.js';
import { OPTION_NAMES, type Request } from './protocol.js';

/** What the other netmeter is asked for: all that can be written down. */
export function requestOf(argv: readonly string[], options: MeasureOptions): Request {
  const plain = OPTION_NAMES.map((name) => [name, options[name]] as const);
  return {
    argv,
    options: Object.fromEntries(plain.filter(([, value]) => value !== undefined)),
    env: { ...(options.env ?? ownEnvironment) },
    cwd: options.cwd ?? workingFolder(),
    umask: umask(),
    netns: namespaceOf(options),
    user: userOf(options),
  };
}

/** A name, or a path that leads there from everywhere. */
const namespaceOf = ({ netns, cwd = workingFolder() }: MeasureOptions) =>
  netns?.includes('/') ? resolve(cwd ?? '/', netns) : netns;

/** By number where the account was decided before: the other part looks it up itself. */
export const userOf = ({ account, user }: MeasureOptions) => (account ? `${account.uid}:${account.gid}` : user);
