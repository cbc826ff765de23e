import { hrtime } from 'node:process';
import { ProcessLedger } from '../../attribution/processes/process-ledger.js';
import { BOUNDS } from '../../attribution/processes/process-records.js';
import { reportProcesses } from '../../attribution/processes/process-rows.js';
import type { ProcessEvidence } from '../../measurement/processes.js';
import { ProcessCounter } from '../../observe/processes/process-counter.js';
import { adoptLiving } from './adopt-living.js';

/** This host's addresses that have a link of their own; undefined: nothing distinguishes them. They may change. */
type HostAddresses = readonly string[] | undefined;

/** Counts in the kernel what each process of the command's tree moves. */
export class CountedProcesses implements Disposable {
  readonly #counter: ProcessCounter;
  readonly #ledger: ProcessLedger;
  #hostAddresses: HostAddresses;
  #startedAt = 0;

  /** @throws {Error} the kernel has not what is needed, or refuses */
  constructor(...plan: ConstructorParameters<typeof ProcessCounter>) {
    this.#counter = new ProcessCounter(...plan);
    this.#ledger = new ProcessLedger(BOUNDS, plan[1] === 'group');
  }

  /**
   * Takes in who lives already; what they do from now on is counted.
   * @param group a descriptor of the control group that is metered, where all of it is
   * @returns false where they are known by other numbers than the kernel's own
   */
  adopt(list: () => Iterable<number>, group: number | undefined): boolean {
    const { adopted, hasOwnPids } = this.#counter;
    if (!adopted || !hasOwnPids) return false;
    if (group !== undefined) this.#counter.countGroup(group);
    adoptLiving(adopted, list);
    this.#startedAt = Number(hrtime.bigint());
    return true;
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
    return reportProcesses(this.#ledger.close({ others: counter.others, idle: counter.idle }), {
      evidence: 'traced',
      pids: counter.hasOwnPids ? 'own' : 'initial',
      toMs: (at) => (at - this.#startedAt) / 1e6,
      knowsHostLocal: this.#hostAddresses !== undefined,
      lostEvents: counter.lost,
      isComplete: true,
    });
  }

  [Symbol.dispose](): void {
    this.#counter[Symbol.dispose]();
  }
}
