import { execFile } from 'node:child_process';
import { pid as ownPid } from 'node:process';
import { promisify } from 'node:util';
import { placeBy } from '../attribution/place-address.js';
import { tellProcesses } from '../attribution/processes/process-rows.js';
import { SampledLedger } from '../attribution/processes/sampled-ledger.js';
import { readProcesses } from '../isolation/machine/read-processes.js';
import { lookFor } from '../isolation/tools/find-tools.js';
import type { ProcessEvidence } from '../measurement/processes.js';
import { parseSocketLine } from './parse-ss.js';
import { readCommandLine } from './read-command-line.js';

export type SampleOptions = {
  /** argv that runs what follows it inside the namespace, with the rights over it. */
  readonly administer: readonly string[];
  /** Pids of the command's tree. */
  readonly processes: () => readonly number[];
  /** Others live in the namespace too. */
  readonly isShared: boolean;
  readonly hostAddresses?: readonly string[] | undefined;
};

/** A list of so many connections is not read to its end. */
const MAX_LIST_BYTES = 64 << 20;

/** USER_HZ, which is 100 wherever Linux has a libc (proc(5)). */
const TICKS_PER_MS = 0.1;

/**
 * Who holds which connection, looked at now and then by ss(8) (sock_diag(7)): the second-best evidence, where the kernel
 * has no trace for us. What opens and closes between two looks is not seen, nor is UDP.
 */
export class SocketSamples {
  readonly #ss: string;
  readonly #options: SampleOptions;
  readonly #ledger: SampledLedger;
  #command: number | undefined;
  #startedAt = 0;
  #taking: Promise<void> | undefined;

  static open(options: SampleOptions): SocketSamples | { readonly missing: string } {
    const ss = lookFor('ss');
    return ss === undefined ? { missing: 'ss is not installed (package iproute2)' } : new SocketSamples(ss, options);
  }

  private constructor(ss: string, options: SampleOptions) {
    this.#ss = ss;
    this.#options = options;
    this.#ledger = new SampledLedger({ place: placeBy(options.hostAddresses ?? []), isShared: options.isShared });
  }

  commandStarted(pid: number): void {
    this.#command = pid;
    this.#see();
  }

  /** Looks once. Some 10 ms, most of them in a process of ss's; one look at a time. */
  sample(): Promise<void> {
    this.#taking ??= this.#take().finally(() => {
      this.#taking = undefined;
    });
    return this.#taking;
  }

  async finish(): Promise<ProcessEvidence> {
    await this.#taking;
    const { unowned, ...result } = this.#ledger.close();
    return tellProcesses(
      result,
      {
        evidence: 'sampled',
        pids: 'own',
        toMs: (ticks) => (ticks - this.#startedAt) / TICKS_PER_MS,
        tellsHostLocal: this.#options.hostAddresses !== undefined,
        lostEvents: undefined,
        isComplete: false,
      },
      unowned,
    );
  }

  async #take(): Promise<void> {
    const [file = '', ...words] = [...this.#options.administer, this.#ss, '-tinpeHO'];
    const listing = await promisify(execFile)(file, words, { maxBuffer: MAX_LIST_BYTES }).catch(() => undefined);
    // What was there when it was listed may be gone now, but was seen at the look before; what has come is seen now.
    this.#see();
    if (listing) this.#ledger.list(listing.stdout.split('\n').flatMap((line) => parseSocketLine(line) ?? []));
  }

  #see(): void {
    const command = this.#command;
    if (command === undefined) return;
    const members = new Set([...this.#options.processes(), command]);
    const living = readProcesses()
      // Our own helpers are inside for a moment too.
      .filter(({ pid, parent }) => members.has(pid) && (parent !== ownPid || pid === command))
      .sort(
        (a, b) => Number(b.pid === command) - Number(a.pid === command) || a.startedAt - b.startedAt || a.pid - b.pid,
      );
    const [first] = living;
    if (first?.pid === command) this.#startedAt ||= first.startedAt;
    this.#ledger.see(living.map((each) => ({ ...each, commandLine: readCommandLine(each.pid) })));
  }
}
