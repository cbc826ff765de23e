import { geteuid } from 'node:process';
import type { Boundary } from '../../boundary.js';
import type { SocketSamples } from '../../evidence/socket-samples.js';
import type { Scope } from '../../isolation/scope.js';
import type { ProcessEvidence } from '../../measurement/processes.js';
import { isShared } from '../tree/end-tree.js';
import type { CountedProcesses } from './counted-processes.js';

/** The first looks at who holds which socket, ms after the start; then one with each sample of the traffic. */
const EARLY_LOOKS_MS = [50, 150, 400];

type Missing = { readonly missing: string };

/**
 * Reports which process of the tree moved what: by the kernel's count of each send and receive where that can be had, else
 * by looking at the sockets now and then, else not at all, with the reason.
 */
export class ProcessWatch implements Disposable {
  readonly #opening: Promise<CountedProcesses | Missing>;
  #counted: CountedProcesses | undefined;
  #samples: SocketSamples | undefined;
  #reason = 'it was not looked for';
  #timers: NodeJS.Timeout[] = [];
  readonly #look: () => void;

  /** For the moment at which the scope has begun to be made: the kernel takes its programs while others work. */
  constructor(boundary: Boundary) {
    this.#look = boundary.guard('processes', () => {
      this.#counted?.look();
      void this.#samples?.sample();
    });
    this.#opening = openCount().catch((error: unknown) => ({ missing: `the kernel counts none: ${reasonOf(error)}` }));
  }

  /**
   * Before the command is started.
   * @param group a descriptor of the tree's control group, where it has one
   */
  async ready(scope: Scope, group: number | undefined): Promise<void> {
    const opened = await this.#opening;
    if ('missing' in opened) {
      await this.#sample(scope, opened.missing);
      return;
    }
    this.#counted = opened;
    opened.ready(group, scope.hostAddresses);
  }

  /** In the same turn as the command's spawn. */
  commandStarted(pid: number): void {
    this.#counted?.commandStarted();
    this.#samples?.commandStarted(pid);
    if (this.#samples) this.#timers = EARLY_LOOKS_MS.map((ms) => setTimeout(() => this.look(), ms).unref());
  }

  look(): void {
    this.#look();
  }

  /** When nothing of the command's is left. */
  async finish(): Promise<ProcessEvidence> {
    this.#stopTimers();
    const found = this.#counted?.finish() ?? (await this.#samples?.finish());
    return found ?? { evidence: 'none', reason: this.#reason };
  }

  [Symbol.dispose](): void {
    this.#stopTimers();
    this.#samples?.[Symbol.dispose]();
    // Of a run that failed, perhaps before they were there.
    void this.#opening.then((opened) => 'missing' in opened || opened[Symbol.dispose]());
  }

  /** Loaded here: where the kernel counts it is not needed. */
  async #sample(scope: Scope, missing: string): Promise<void> {
    const { SocketSamples } = await import('../../evidence/socket-samples.js');
    const diag = await scope.sockDiag().catch(() => undefined);
    if (!diag) {
      this.#reason = `${missing}; the kernel lists no sockets (sock_diag)`;
      return;
    }
    this.#samples = new SocketSamples({
      diag,
      processes: () => scope.processes(),
      isShared: isShared(scope),
      hostAddresses: scope.hostAddresses,
    });
  }

  #stopTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Loaded here: while the scope is being made there is nothing else to do. */
async function openCount(): Promise<CountedProcesses | Missing> {
  if (geteuid?.() !== 0) return { missing: 'the kernel counts by process for root alone' };
  const { CountedProcesses } = await import('./counted-processes.js');
  return new CountedProcesses();
}
