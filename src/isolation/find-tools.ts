import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { NetmeterError } from '../errors.js';

/** Tools of the system that a scope needs, with the package that has each (Debian's and Ubuntu's names). */
const packages = {
  ip: 'iproute2',
  tc: 'iproute2',
  nft: 'nftables',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
  flock: 'util-linux',
  prlimit: 'util-linux',
  mount: 'mount',
  umount: 'mount',
  sh: 'dash',
} as const;

export type ToolName = keyof typeof packages;
export type Tools = Readonly<Record<ToolName, string>>;

/** An ordinary user's PATH, and sudo's on some systems, leaves out the folders that ip and nft live in. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'];

/** @throws {NetmeterError} MISSING_TOOLS, naming all that are missing and their packages. */
export function findTools(path = process.env['PATH'] ?? ''): Tools {
  const folders = [...path.split(delimiter).filter((folder) => folder.startsWith('/')), ...SYSTEM_FOLDERS];
  const found: Partial<Record<ToolName, string>> = {};
  for (const name of Object.keys(packages) as ToolName[]) {
    const folder = folders.find((candidate) => isExecutable(join(candidate, name)));
    if (folder) found[name] = join(folder, name);
  }
  return requireAll(found);
}

function requireAll(found: Partial<Record<ToolName, string>>): Tools {
  const missing = (Object.keys(packages) as ToolName[]).filter((name) => !found[name]);
  if (missing.length === 0) return found as Tools;
  const wanted = [...new Set(missing.map((name) => packages[name]))];
  throw new NetmeterError('MISSING_TOOLS', `not found on this system: ${missing.join(', ')}`, {
    cure: `Install ${wanted.join(' and ')}, for example: apt-get install ${wanted.join(' ')}`,
  });
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
