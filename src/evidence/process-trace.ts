import { readlinkSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { COMMAND_MARK } from '../attribution/processes/trace-event.js';
import type { ProcessEvidence } from '../measurement/processes.js';
import { findTracefs, type Tracefs } from './find-tracefs.js';
import { sweepTraces } from './sweep-traces.js';
import { TraceInstance } from './trace-instance.js';
import type { TraceReader } from './trace-reader.js';

export type TraceOptions = {
  /** Of its instance: `netmeter-` and what tells this run from all others on the machine. */
  readonly name: string;
  /** Where to look for the mounted tracefs. */
  readonly folders?: readonly string[] | undefined;
};

/** The buffers are read so often; where each of many CPUs must be asked, less often. */
const READ_MS = 20;
const READ_MS_PER_CPU = 1.25;

const UNREADABLE = 'the kernel describes its trace in a way that is not known here';

/** Who takes an instance away when this run is over, however it ends. */
export type Keeper = { readonly removeTrace: (name: string) => Promise<void> };

/**
 * Records, in the kernel, each send and receive on an IPv4 or IPv6 socket of all processes that netmeter starts from now
 * on, and what tells whose they are. The command's are known by its fork: it is the last child before `commandStarted`.
 */
export class ProcessTrace implements Disposable {
  readonly #tracefs: Tracefs;
  readonly #instance: TraceInstance;
  readonly #options: TraceOptions;
  readonly #tid: number;
  #reader: Promise<TraceReader | undefined> = Promise.resolve(undefined);
  #timer: NodeJS.Timeout | undefined;
  #startedMs = 0;
  #isReading = false;
  #isStopped = false;
  #isKept = false;
  #hasEnded = false;
  #failure = UNREADABLE;

  /** 2 to 4 ms, most of them the kernel's; 5 ms more where tracefs is not mounted. */
  static async open(options: TraceOptions): Promise<ProcessTrace | { readonly missing: string }> {
    const tracefs = await findTracefs(options.folders);
    if (!tracefs) return { missing: 'tracefs is not mounted and cannot be (it needs root and a kernel with tracing)' };
    const [event] = TraceInstance.missingEvents(tracefs.folder);
    const trace =
      event === undefined
        ? await ProcessTrace.#over(tracefs, options)
        : { missing: `the kernel has no event ${event} (Linux 6.3 and later have all that are needed)` };
    if ('missing' in trace) tracefs[Symbol.dispose]();
    return trace;
  }

  static async #over(tracefs: Tracefs, options: TraceOptions): Promise<ProcessTrace | { readonly missing: string }> {
    let instance: TraceInstance | undefined;
    try {
      instance = TraceInstance.make(`${tracefs.folder}/instances/${options.name}`);
      const tid = instance.ownTid();
      if (tid === undefined) throw new Error(UNREADABLE);
      instance.arm(tid);
      return new ProcessTrace(tracefs, instance, options, tid);
    } catch (error) {
      await instance?.remove().catch(() => {});
      return { missing: (error as Error).message };
    }
  }

  private constructor(tracefs: Tracefs, instance: TraceInstance, options: TraceOptions, tid: number) {
    this.#tracefs = tracefs;
    this.#instance = instance;
    this.#options = options;
    this.#tid = tid;
  }

  get name(): string {
    return this.#options.name;
  }

  /** From now on another takes the instance away; to be called as early as can be. */
  async keepBy(keeper: Keeper): Promise<void> {
    await keeper.removeTrace(this.name);
    this.#isKept = true;
  }

  /**
   * To be called in the same turn as the command's spawn.
   * @param at performance.now()
   * @param hostAddresses the host's addresses that have a link of their own; undefined: they cannot be distinguished
   */
  commandStarted(at: number, hostAddresses?: readonly string[]): void {
    this.#startedMs = at;
    this.#instance.mark(COMMAND_MARK);
    this.#reader = this.#startReading(hostAddresses).catch((error) => this.#fail(error));
    void sweepTraces(`${this.#tracefs.folder}/instances`);
  }

  /** To be called when no process of the command is left, or none shall be counted any more. */
  async finish(): Promise<ProcessEvidence> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    const found = await this.#tell().catch((error) => this.#fail(error));
    await this.#end();
    return found ?? { evidence: 'none', reason: this.#failure };
  }

  [Symbol.dispose](): void {
    void this.#end();
  }

  async #tell(): Promise<ProcessEvidence | undefined> {
    this.#instance.stop();
    const reader = await this.#reader;
    while (reader && !reader.readRest()) await nextTurn();
    return reader?.tell(this.#startedMs, this.#instance.lostEvents());
  }

  /** Loaded here, beside the command: it reads nothing before it. */
  async #startReading(hostAddresses: readonly string[] | undefined): Promise<TraceReader | undefined> {
    const { TraceReader } = await import('./trace-reader.js');
    if (this.#hasEnded) return undefined;
    const reader = TraceReader.over(this.#instance, {
      ownTid: this.#tid,
      ownPids: readlinkSync('/proc/thread-self').endsWith(`/${this.#tid}`),
      hostAddresses,
    });
    if (reader && !this.#isStopped)
      this.#timer = setInterval(
        () => void this.#read(reader),
        Math.max(READ_MS, READ_MS_PER_CPU * this.#instance.cpus),
      ).unref();
    return reader;
  }

  async #read(reader: TraceReader): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (!this.#isStopped && !reader.read()) await nextTurn();
      this.#isReading = false;
    } catch (error) {
      // What cannot be read is never reported half; the run goes on.
      this.#reader = Promise.resolve(this.#fail(error));
    }
  }

  #fail(error: unknown): undefined {
    this.#failure = (error as Error).message;
  }

  /** The kernel removes no instance of which a file is open. */
  async #end(): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#isStopped = true;
    clearInterval(this.#timer);
    this.#instance[Symbol.dispose]();
    if (!this.#isKept) await this.#instance.remove().catch(() => {});
    this.#tracefs[Symbol.dispose]();
  }
}
