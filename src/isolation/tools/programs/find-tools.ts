import { realpathSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { env } from 'node:process';
import { NetmeterError } from '../../../errors.js';

/** Tools of the system that a scope needs, with the package that has each (Debian's and Ubuntu's names). */
const packages = {
  ip: 'iproute2',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
  prlimit: 'util-linux',
  taskset: 'util-linux',
  mount: 'mount',
  umount: 'mount',
  sh: 'dash',
} as const;

type ToolName = keyof typeof packages;

const VETH_TOOLS = ['sh'] as const;
export type Tools = Readonly<Record<(typeof VETH_TOOLS)[number], string>>;

/** Where a process inside holds the namespace, and others enter by programs: an ordinary user's, user-mode or offline. */
const HOLDER_TOOLS = ['ip', 'unshare', 'nsenter', 'setpriv', 'prlimit', 'mount', 'umount', 'sh'] as const;
export type HolderTools = Readonly<Record<(typeof HOLDER_TOOLS)[number], string>>;

/** Looked through first: a PATH may leave out where ip lives, and as root a caller's own must not come first. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Where a tool is that one can do without; undefined: it is not here. */
export function lookFor(name: string, path = env['PATH'] ?? ''): string | undefined {
  const file = locate(name, path);
  // BusyBox's tools lack most options of the real ones, and are only good as a shell.
  return file !== undefined && name !== 'sh' && isBusyBox(file) ? undefined : file;
}

function locate(name: string, path: string): string | undefined {
  const folder = searched(path).find((candidate) => isExecutable(join(candidate, name)));
  return folder === undefined ? undefined : join(folder, name);
}

const searched = (path: string) => [
  ...SYSTEM_FOLDERS,
  ...path.split(delimiter).filter((folder) => folder.startsWith('/')),
];

/** The tools of a veth scope. @throws {NetmeterError} MISSING_TOOLS */
export const findTools = (path?: string): Tools => requireTools(VETH_TOOLS, path);

/** The tools of a scope that a process inside holds. @throws {NetmeterError} MISSING_TOOLS */
export const findHolderTools = (path?: string): HolderTools => requireTools(HOLDER_TOOLS, path);

/** @throws {NetmeterError} MISSING_TOOLS, naming all that are missing and their packages */
export function requireTools<Name extends ToolName>(
  names: readonly Name[],
  path = env['PATH'] ?? '',
): Readonly<Record<Name, string>> {
  const found = new Map(names.map((name) => [name, locate(name, path)]));
  const missing = names.filter((name) => !found.get(name));
  if (missing.length === 0) return Object.fromEntries(found) as Record<Name, string>;
  const wanted = [...new Set(missing.map((name) => packages[name]))];
  throw new NetmeterError('MISSING_TOOLS', `not found on this system: ${missing.join(', ')}`, {
    cure: `Install ${wanted.join(' and ')}, for example: apt-get install ${wanted.join(' ')}`,
  });
}

/** By its mode bits: for root access(2) would say no more, and a refusal as an exception costs a start-up's time. */
function isExecutable(file: string): boolean {
  try {
    const status = statSync(file, { throwIfNoEntry: false });
    return status?.isFile() === true && (status.mode & 0o111) !== 0;
  } catch {
    // A folder of PATH that an ordinary user may not search.
    return false;
  }
}

const isBusyBox = (file: string) => /(^|\/)busybox[^/]*$/.test(realpathSync(file));
