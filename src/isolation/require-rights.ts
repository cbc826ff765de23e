import { readFileSync } from 'node:fs';
import { NetmeterError } from '../errors.js';

/** Bit numbers of <linux/capability.h>, with what each is needed for. */
const needed = [
  { name: 'CAP_SYS_ADMIN', bit: 21n },
  { name: 'CAP_NET_ADMIN', bit: 12n },
  { name: 'CAP_SETUID', bit: 7n },
  { name: 'CAP_SETGID', bit: 6n },
  { name: 'CAP_KILL', bit: 5n },
  { name: 'CAP_SYS_PTRACE', bit: 19n },
];

/** @throws {NetmeterError} MISSING_RIGHTS, naming every capability that this process lacks. */
export function requireRights(read: (file: string) => string = (file) => readFileSync(file, 'latin1')): void {
  const held = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(read('/proc/self/status'))?.[1] ?? '0'}`);
  const missing = needed.filter(({ bit }) => !(held & (1n << bit))).map(({ name }) => name);
  if (missing.length === 0) return;
  throw new NetmeterError(
    'MISSING_RIGHTS',
    `a network namespace needs rights that this process lacks: ${missing.join(', ')}`,
  );
}
