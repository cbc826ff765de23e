import { geteuid } from 'node:process';
import type { Boundary } from '../../boundary.js';
import type { ProcessEvidence } from '../../measurement/processes.js';
import type { CountedProcesses } from './counted-processes.js';

/** Processes that live already. */
export type LivingTree = {
  /** That of the process that comes first; else all that are in a control group. */
  readonly of: 'tree' | 'group';
  /** Their numbers, parents before their children. */
  readonly list: () => Iterable<number>;
  /** A descriptor of the control group, where all of it is counted. */
  readonly group: number | undefined;
};

/** Counts in the kernel what each process of a tree moves that was there before. */
export class AttachedProcesses implements Disposable {
  readonly #counted: CountedProcesses | undefined;
  readonly #reason: string;

  /** From now on what they move is counted. */
  static async start(living: LivingTree, boundary: Boundary): Promise<AttachedProcesses> {
    const open = () => openCount(living);
    const counted = await boundary.attempt('processes', open, 'their observer failed');
    return new AttachedProcesses(counted);
  }

  private constructor(counted: CountedProcesses | string) {
    this.#counted = typeof counted === 'string' ? undefined : counted;
    this.#reason = typeof counted === 'string' ? counted : '';
  }

  /** Makes room where the kernel may soon have none. */
  look(): void {
    this.#counted?.look();
  }

  finish(): ProcessEvidence {
    return this.#counted?.finish() ?? { evidence: 'none', reason: this.#reason };
  }

  [Symbol.dispose](): void {
    this.#counted?.[Symbol.dispose]();
  }
}

/** @returns the reason, where they cannot be counted */
async function openCount({ of, list, group }: LivingTree): Promise<CountedProcesses | string> {
  if (geteuid?.() !== 0) return 'the kernel counts by process for root alone';
  const { CountedProcesses } = await import('./counted-processes.js');
  let counted: CountedProcesses;
  try {
    counted = new CountedProcesses({}, of);
  } catch (error) {
    return `the kernel counts none: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (counted.adopt(list, group)) return counted;
  counted[Symbol.dispose]();
  return "the kernel knows processes by the numbers of the machine's first pid namespace";
}
