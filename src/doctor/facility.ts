import { geteuid } from 'node:process';
import type { Probe } from '../isolation/facts.js';
import { LinuxError } from '../linux/linux-error.js';

/** Something of the kernel's that a run may use, tried. `serves`: what for. */
export type Facility = {
  readonly name: string;
  readonly serves: string;
  readonly probe: Probe;
  /** This user may not try it: whether it works for root is not known. */
  readonly needsRoot?: true;
};

type Attempt = {
  readonly name: string;
  readonly serves: string;
  /** Does what a run does, and leaves nothing behind. @throws why it does not work */
  readonly use: () => unknown;
  /** What helps root. */
  readonly cure: string;
};

/** Tries it. Who may not learns how one may, or what the kernel lacks. */
export function tried({ name, serves, use, cure }: Attempt): Facility {
  try {
    use();
    return { name, serves, probe: { works: true } };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    const isRefused = error instanceof LinuxError ? REFUSED.includes(error.code) : /EPERM|EACCES/.test(reason);
    const needsRoot = isRefused && geteuid?.() !== 0 ? { needsRoot: true as const } : {};
    return { name, serves, probe: { works: false, reason, cure: isRefused ? rightsCure() : cure }, ...needsRoot };
  }
}

const REFUSED = ['EPERM', 'EACCES'];

const rightsCure = () =>
  geteuid?.() === 0
    ? 'give the container these rights: --privileged, or --cap-add of SYS_ADMIN, NET_ADMIN, BPF and PERFMON'
    : 'run it as root: sudo netmeter doctor';
