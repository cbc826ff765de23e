import { lstatSync, readlinkSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Behalf, withRights } from '../files/behalf.js';
import { curedBy } from '../files/reason-of.js';
import { quote } from './command-line.js';

const ROOM = 'Make room there, or choose another file system.';

const NO_RIGHT = 'Choose a folder where whoever started netmeter may write';

/** What helps against an error of the system. ENOENT has several causes. */
const CURES: ReadonlyMap<unknown, string> = new Map([
  ['EROFS', 'Choose a folder of a file system that is not mounted read-only.'],
  ['EACCES', NO_RIGHT],
  ['EPERM', NO_RIGHT],
  ['ENOSPC', ROOM],
  ['EDQUOT', ROOM],
  ['EFBIG', 'Raise the limit on the size of files: ulimit -f unlimited.'],
  ['ENOTDIR', 'A file stands where its path needs a folder: choose another path.'],
  ['ENAMETOOLONG', 'Choose a shorter path.'],
]);

/** The cure for a file that cannot be written; none of its own for a cause that says all. */
export function unwrittenCure(cause: unknown, path: string, behalf: Behalf): { readonly cure?: string } {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const cure = code === 'ENOENT' ? withRights(behalf.starter, () => missingCure(path)) : CURES.get(code);
  const whole =
    cure === NO_RIGHT ? `${cure}${behalf.starter ? ': under sudo that is the caller, not root.' : '.'}` : cure;
  return { ...(whole !== undefined && { cure: whole }), ...curedBy(cause) };
}

/** What of the path is missing: a folder on its way, the target of a link, or, in a folder like /proc, the right to make files. */
function missingCure(path: string): string | undefined {
  const folder = dirname(path);
  try {
    if (statSync(folder, { throwIfNoEntry: false })) {
      const link = linkAt(path);
      return link ?? 'Choose another folder: no files can be made in this one.';
    }
    for (let at = folder; ; at = dirname(at)) {
      const link = linkAt(at);
      if (link !== undefined) return link;
      if (statSync(at, { throwIfNoEntry: false })) return `Make its folder before the run: mkdir -p ${quote(folder)}`;
    }
  } catch {
    return undefined;
  }
}

/** A link that leads nowhere is the fault itself. */
function linkAt(path: string): string | undefined {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return undefined;
  if (statSync(path, { throwIfNoEntry: false })) return undefined;
  return `Correct the link ${quote(path)}, which leads to ${quote(readlinkSync(path))}`;
}
