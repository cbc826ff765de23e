import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { OWN_DESCRIPTORS } from './path-walk.js';

/** open(2). */
const ACCESS_MODE = 3;

/**
 * Refuses a descriptor by which this process speaks with itself: Node's event loop, its signals, its threads. A path may lead
 * there by a link that somebody else has laid, and what is written there Node takes for its own words, pointers among them.
 * @throws Error
 */
export function requireGiven(fd: number): void {
  // Node opens these three before anything of its own.
  if (fd > 2 && isInner(`${fd}`)) throw new Error(`descriptor ${fd} is netmeter's own`);
}

/** Both ends of a pipe are ours, or it has no end but ours. */
function isInner(fd: string): boolean {
  const target = targetOf(`${OWN_DESCRIPTORS}/${fd}`);
  if (target.startsWith('anon_inode:')) return true;
  if (!target.startsWith('pipe:')) return false;
  const access = accessOf(fd);
  return readdirSync(OWN_DESCRIPTORS).some(
    (other) => targetOf(`${OWN_DESCRIPTORS}/${other}`) === target && accessOf(other) !== access,
  );
}

/** O_RDONLY, O_WRONLY or O_RDWR; undefined: it is not open. */
export function accessOf(fd: number | string): number | undefined {
  const flags = flagsOf(fd);
  return flags === undefined ? undefined : flags & ACCESS_MODE;
}

/** Flags of open(2), by proc_pid_fdinfo(5), with O_CLOEXEC; undefined: it is not open. */
export function flagsOf(fd: number | string): number | undefined {
  try {
    const [, flags = '0'] = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1')) ?? [];
    return Number.parseInt(flags, 8);
  } catch {
    return undefined;
  }
}

/** What a descriptor leads to, by its path; empty: it is not open, or may not be looked at. */
export function targetOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
