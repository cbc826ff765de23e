import { readFileSync } from 'node:fs';
import { geteuid } from 'node:process';
import { NetmeterError } from '../errors.js';

/** Bit numbers of <linux/capability.h> of what scopes need. */
const capabilities = {
  CAP_SYS_ADMIN: 21n,
  CAP_NET_ADMIN: 12n,
  CAP_SETUID: 7n,
  CAP_SETGID: 6n,
  CAP_KILL: 5n,
  CAP_SYS_PTRACE: 19n,
} as const;

type Capability = keyof typeof capabilities;
type ReadText = (file: string) => string;

const readText: ReadText = (file) => readFileSync(file, 'latin1');

/** @throws {NetmeterError} MISSING_RIGHTS, naming every capability that this process lacks, if not all. */
export function requireRights(read: ReadText = readText, uid = geteuid?.()): void {
  const wanted = Object.keys(capabilities) as Capability[];
  const missing = missingRights(wanted, read);
  if (missing.length === 0) return;
  // Who has none of them is no root; their names are for who has been given some.
  const what =
    uid !== 0 && missing.length === wanted.length ? 'root' : `rights that this process lacks: ${missing.join(', ')}`;
  throw new NetmeterError('MISSING_RIGHTS', `a network namespace needs ${what}`);
}

/** Which of these capabilities this process lacks. */
export function missingRights(wanted: readonly Capability[], read: ReadText = readText): Capability[] {
  const held = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(statusOf(read))?.[1] ?? '0'}`);
  return wanted.filter((name) => !(held & (1n << capabilities[name])));
}

/** @throws {NetmeterError} MISSING_RIGHTS: nobody has rights over what cannot be seen */
function statusOf(read: ReadText): string {
  try {
    return read('/proc/self/status');
  } catch (cause) {
    throw new NetmeterError('MISSING_RIGHTS', 'the kernel does not show this process: /proc is not mounted', {
      cure: 'Mount it: mount -t proc proc /proc.',
      cause,
    });
  }
}
