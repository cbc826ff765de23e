import { fstatSync, readFileSync, statSync } from 'node:fs';

const STDOUT = 1;
/** fcntl.h: how a file was opened, and for reading and writing. */
const ACCESS = 3;
const BOTH = 2;

/**
 * Whether stdout is what Node opens in the place of one that was closed (PlatformInit(), src/node.cc): /dev/null, for reading and
 * writing. Who redirects it there means it, and a shell's `>/dev/null` is for writing alone.
 */
export function isStdoutLost(): boolean {
  try {
    if (fstatSync(STDOUT).rdev !== statSync('/dev/null').rdev) return false;
    const flags = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${STDOUT}`, 'utf8'))?.[1];
    return (Number.parseInt(flags ?? '0', 8) & ACCESS) === BOTH;
  } catch {
    return false;
  }
}
