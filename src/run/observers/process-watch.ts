import { geteuid } from 'node:process';
import type { Boundary } from '../../boundary.js';
import type { ProcessTrace } from '../../evidence/process-trace.js';
import type { SocketSamples } from '../../evidence/socket-samples.js';
import type { Scope } from '../../isolation/scope.js';
import type { ProcessEvidence } from '../../measurement/processes.js';
import { isShared } from '../end-tree.js';

/** The first looks at who holds which socket, ms after the start; then one with each sample of the traffic. */
const EARLY_LOOKS_MS = [50, 150, 400];

type Missing = { readonly missing: string };

/**
 * Tells which process of the tree moved what: by the kernel's trace of each send and receive where that can be had, else
 * by looking at the sockets now and then, else not at all, with the reason.
 */
export class ProcessWatch implements Disposable {
  readonly #opening: Promise<ProcessTrace | Missing>;
  #trace: ProcessTrace | undefined;
  #samples: SocketSamples | undefined;
  #reason = 'it was not looked for';
  #timers: NodeJS.Timeout[] = [];
  #isOver = false;
  readonly #look: () => void;

  /**
   * For the moment at which the scope has begun to be made: arming the trace takes the kernel 5 ms, in which others work.
   * @param name the trace's
   */
  constructor(name: string, boundary: Boundary) {
    this.#look = boundary.guard('processes', () => this.#samples?.sample());
    this.#opening = openTrace(name).catch((error: unknown) => ({ missing: String(error) }));
  }

  /** Before the command is started. */
  async ready(scope: Scope): Promise<void> {
    const opened = await this.#opening;
    if ('missing' in opened) {
      await this.#sample(scope, opened.missing);
      return;
    }
    this.#trace = opened;
    // As early as can be: from then on it goes with the run, however that ends.
    if (scope.removeTrace)
      await opened.keepBy({ removeTrace: (name) => scope.removeTrace?.(name) ?? Promise.resolve() });
  }

  /** In the same turn as the command's spawn. */
  commandStarted(scope: Scope, pid: number, at: number): void {
    this.#trace?.commandStarted(at, scope.hostAddresses);
    this.#samples?.commandStarted(pid);
    if (this.#samples) this.#timers = EARLY_LOOKS_MS.map((ms) => setTimeout(() => this.look(), ms).unref());
  }

  look(): void {
    this.#look();
  }

  /** When nothing of the command's is left. */
  async finish(): Promise<ProcessEvidence> {
    this.#isOver = true;
    this.#stopTimers();
    const found = await (this.#trace?.finish() ?? this.#samples?.finish());
    return found ?? { evidence: 'none', reason: this.#reason };
  }

  [Symbol.dispose](): void {
    this.#stopTimers();
    this.#samples?.[Symbol.dispose]();
    if (this.#isOver) return;
    this.#isOver = true;
    // Of a run that failed, perhaps before the trace was there.
    void this.#opening.then((opened) => 'missing' in opened || opened[Symbol.dispose]());
  }

  /** Loaded here: where there is a trace it is not needed. */
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

/** Loaded here: while the scope is being made there is nothing else to do. */
async function openTrace(name: string): Promise<ProcessTrace | Missing> {
  if (geteuid?.() !== 0) return { missing: 'the kernel’s trace is for root alone' };
  const { ProcessTrace } = await import('../../evidence/process-trace.js');
  return ProcessTrace.open({ name });
}
