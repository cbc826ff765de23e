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
  #counted: CountedProcesses | undefined;
  #reason = '';

  /** Has the kernel take the programs, which is what takes time; nobody is counted yet. */
  static async open(of: LivingTree['of'], boundary: Boundary): Promise<AttachedProcesses> {
    const counted = await boundary.attempt('processes', () => openCount(of), 'their observer failed');
    return new AttachedProcesses(counted);
  }

  private constructor(counted: CountedProcesses | string) {
    if (typeof counted === 'string') this.#reason = counted;
    else this.#counted = counted;
  }

  /** From now on what they move is counted. */
  follow({ list, group }: LivingTree): void {
    if (!this.#counted || this.#counted.adopt(list, group)) return;
    this.#counted[Symbol.dispose]();
    this.#counted = undefined;
    this.#reason = "the kernel knows processes by the numbers of the machine's first pid namespace";
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
async function openCount(of: LivingTree['of']): Promise<CountedProcesses | string> {
  if (geteuid?.() !== 0) return 'the kernel counts by process for root alone';
  const { CountedProcesses } = await import('./counted-processes.js');
  try {
    return new CountedProcesses({}, of);
  } catch (error) {
    return `the kernel counts none: ${error instanceof Error ? error.message : String(error)}`;
  }
}
