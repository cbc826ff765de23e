import { placeBy } from '../attribution/place-address.js';
import { ProcessLedger } from '../attribution/processes/process-ledger.js';
import { tellProcesses } from '../attribution/processes/process-rows.js';
import type { TraceEvent } from '../attribution/processes/trace-event.js';
import type { ProcessEvidence } from '../measurement/processes.js';
import { type Decode, eventDecoder } from './decode-event.js';
import { readCommandLine } from './read-command-line.js';
import { type PageLayout, walkPage } from './ring-buffer-page.js';
import type { TraceInstance } from './trace-instance.js';

/** At most so long at a time, for what else there is to do. */
const SLICE_MS = 5;
/** So much at once may mean that a buffer was full: the kernel's smallest default holds five times as much for each CPU. */
const MANY_PAGES = 64;
/** Command lines that are read at a time. */
const MOST_COMMAND_LINES = 50;

export type ReaderOptions = {
  readonly ownTid: number;
  /** Whether our pids are the kernel's, so that /proc shows the processes that it speaks of. */
  readonly ownPids: boolean;
  readonly hostAddresses: readonly string[] | undefined;
};

/** An instant on both clocks: the trace's (ns), and performance.now() (ms). */
type Instant = { readonly at: number; readonly ms: number };

/** Reads the trace's events of all CPUs, puts them in the order of time and hands them to the ledger. */
export class TraceReader {
  readonly #instance: TraceInstance;
  readonly #options: ReaderOptions;
  readonly #ledger: ProcessLedger;
  readonly #layout: PageLayout;
  readonly #decode: Decode;
  readonly #page: Uint8Array;
  readonly #view: DataView;
  /** Read, but later than the last event of another CPU that was. */
  #held: TraceEvent[] = [];
  #now: Instant | undefined;
  #isWhole = true;

  /** @returns undefined when the kernel describes its records in another way than we know */
  static over(instance: TraceInstance, options: ReaderOptions): TraceReader | undefined {
    const [layout, formats] = [instance.readLayout(), instance.readFormats()];
    const decode = formats && eventDecoder(formats);
    return layout && decode && new TraceReader(instance, options, layout, decode);
  }

  private constructor(instance: TraceInstance, options: ReaderOptions, layout: PageLayout, decode: Decode) {
    this.#instance = instance;
    this.#options = options;
    this.#ledger = new ProcessLedger({ ownTid: options.ownTid, place: placeBy(options.hostAddresses ?? []) });
    this.#layout = layout;
    this.#decode = decode;
    this.#page = new Uint8Array(layout.size);
    this.#view = new DataView(this.#page.buffer);
  }

  /** Reads for some milliseconds. @returns true when everything up to its start has been read */
  read(): boolean {
    this.#instance.mark(`${performance.now()}`);
    const horizon = this.#readPages(performance.now());
    this.#take(horizon ?? this.#now?.at ?? Number.POSITIVE_INFINITY);
    this.#lookAtProcesses();
    return horizon === undefined;
  }

  /** Reads what is left after the trace was stopped. @returns true when that was all */
  readRest(): boolean {
    const horizon = this.#readPages();
    this.#take(horizon ?? Number.POSITIVE_INFINITY);
    return horizon === undefined;
  }

  /** @param startedMs when the command started, by performance.now() */
  tell(startedMs: number, lostEvents: number): ProcessEvidence {
    const { ownPids, hostAddresses } = this.#options;
    const { at, ms } = this.#now ?? { at: 0, ms: 0 };
    return tellProcesses(this.#ledger.close(), {
      evidence: 'traced',
      pids: ownPids ? 'own' : 'initial',
      toMs: (time) => ms + (time - at) / 1e6 - startedMs,
      tellsHostLocal: hostAddresses !== undefined,
      lostEvents,
      isComplete: true,
    });
  }

  /**
   * Reads pages of all CPUs in turn.
   * @param untilMs what is later need not be read now
   * @returns undefined when all was read, else up to where nothing is missing
   */
  #readPages(untilMs = Number.POSITIVE_INFINITY): number | undefined {
    const deadline = performance.now() + SLICE_MS;
    const enough = this.#now ? this.#now.at + (untilMs + 1 - this.#now.ms) * 1e6 : Number.POSITIVE_INFINITY;
    let pages = 0;
    let unread = Array.from({ length: this.#instance.cpus }, (_, cpu) => ({ cpu, at: 0 }));
    while (unread.length > 0) {
      pages += unread.length;
      unread = unread.flatMap(({ cpu }) => {
        const at = this.#readPage(cpu);
        return at === undefined || at > enough ? [] : [{ cpu, at }];
      });
      if (performance.now() > deadline) break;
    }
    if (pages >= MANY_PAGES) this.#askForLoss();
    return unread.length === 0 ? undefined : Math.min(...unread.map(({ at }) => at));
  }

  /** @returns when its last event was; undefined: there was nothing to read */
  #readPage(cpu: number): number | undefined {
    const length = this.#instance.readPage(cpu, this.#page);
    if (length === 0) return undefined;
    let last = 0;
    walkPage(this.#view, length, this.#layout, (at, start, end) => {
      last = at;
      const event = this.#decode(this.#view, at, start, end);
      const ms = event?.kind === 'marked' && event.tid === this.#options.ownTid ? Number(event.text) : Number.NaN;
      if (!Number.isNaN(ms)) this.#now = { at, ms };
      else if (event) this.#held.push(event);
    });
    return last;
  }

  #askForLoss(): void {
    if (this.#isWhole) this.#isWhole = this.#instance.lostEvents() === 0;
    if (!this.#isWhole) this.#ledger.noteLoss();
  }

  #take(horizon: number): void {
    const events = this.#held.sort((a, b) => a.at - b.at);
    const end = events.findLastIndex(({ at }) => at <= horizon) + 1;
    this.#held = events.slice(end);
    for (const event of events.slice(0, end)) this.#ledger.take(event);
  }

  #lookAtProcesses(): void {
    for (const tid of this.#ledger.takeUnfollowed()) this.#instance.follow(tid);
    if (!this.#options.ownPids) return;
    for (const record of this.#ledger.takeExecuted(MOST_COMMAND_LINES)) {
      const words = readCommandLine(record.pid);
      if (words) record.commandLine = { words, at: this.#traceTime() };
    }
  }

  #traceTime(): number {
    return this.#now ? this.#now.at + (performance.now() - this.#now.ms) * 1e6 : Number.POSITIVE_INFINITY;
  }
}
