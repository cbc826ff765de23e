import { hrtime } from 'node:process';
import { ProcessLedger } from '../../attribution/processes/process-ledger.js';
import { tellProcesses } from '../../attribution/processes/process-rows.js';
import type { ProcessEvidence } from '../../measurement/processes.js';
import { ProcessCounter } from '../../observe/processes/process-counter.js';

/** This host's addresses that have a link of their own; undefined: nothing tells them apart. They may change. */
type HostAddresses = readonly string[] | undefined;

/** Counts in the kernel what each process of the command's tree moves. */
export class CountedProcesses implements Disposable {
  readonly #counter: ProcessCounter;
  readonly #ledger = new ProcessLedger();
  #hostAddresses: HostAddresses;
  #startedAt = 0;

  /** @throws {Error} the kernel has not what is needed, or refuses */
  constructor(most?: ConstructorParameters<typeof ProcessCounter>[0]) {
    this.#counter = new ProcessCounter(most);
  }

  /**
   * Before the command is started.
   * @param group a descriptor of its tree's control group, where it has one
   */
  ready(group: number | undefined, hostAddresses: HostAddresses): void {
    this.#hostAddresses = hostAddresses;
    this.#counter.learnHosts(hostAddresses ?? []);
    this.#counter.arm(group);
  }

  /** In the same turn as the command's spawn. */
  commandStarted(): void {
    this.#startedAt = Number(hrtime.bigint());
    this.#counter.started();
  }

  /** Makes room where the kernel may soon have none. */
  look(): void {
    this.#counter.learnHosts(this.#hostAddresses ?? []);
    const ended = this.#counter.takeEnded();
    if (ended) this.#ledger.take(ended);
  }

  /** When nothing of the command's is left. */
  finish(): ProcessEvidence {
    const counter = this.#counter;
    this.#ledger.take(counter.readAll());
    return tellProcesses(this.#ledger.close({ others: counter.others, idle: counter.idle }), {
      evidence: 'traced',
      pids: counter.hasOwnPids ? 'own' : 'initial',
      toMs: (at) => (at - this.#startedAt) / 1e6,
      tellsHostLocal: this.#hostAddresses !== undefined,
      lostEvents: counter.lost,
      isComplete: true,
    });
  }

  [Symbol.dispose](): void {
    this.#counter[Symbol.dispose]();
  }
}
