import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmdirSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { open, rmdir, writeFile } from 'node:fs/promises';
import { parseEventFormat, parsePageLayout } from './event-format.js';
import { readText } from './read-text.js';
import type { PageLayout } from './ring-buffer-page.js';
import { EVENT_FILTERS, type Formats, TRACED_EVENTS, type TracedEvent } from './traced-events.js';

const EVENTS = Object.keys(TRACED_EVENTS) as TracedEvent[];
/** Not switched on: it is what writing to trace_marker makes. */
const MARK: TracedEvent = 'ftrace/print';

/**
 * A ring buffer of our own in the kernel (Documentation/trace/ftrace.rst, "Instances") with the events of one process and
 * all that it starts from now on. While one of its files is open the kernel does not let it be removed.
 */
export class TraceInstance implements Disposable {
  readonly folder: string;
  readonly #marker: number;
  /** The raw pages of each CPU, and what the kernel says of their buffer. */
  readonly #pipes: readonly { readonly descriptor: number; readonly stats: string }[];
  #isOpen = true;
  #following: Promise<unknown> = Promise.resolve();

  private constructor(folder: string) {
    this.folder = folder;
    this.#marker = openSync(`${folder}/trace_marker`, 'w');
    this.#pipes = readdirSync(`${folder}/per_cpu`).map((cpu) => ({
      descriptor: openSync(`${folder}/per_cpu/${cpu}/trace_pipe_raw`, constants.O_RDONLY | constants.O_NONBLOCK),
      stats: `${folder}/per_cpu/${cpu}/stats`,
    }));
  }

  /** @throws what the file system says; nothing is left behind */
  static make(folder: string): TraceInstance {
    mkdirSync(folder);
    try {
      return new TraceInstance(folder);
    } catch (error) {
      rmdirSync(folder);
      throw error;
    }
  }

  /**
   * The calling thread's number in the initial pid namespace, which is what the kernel's records hold: in a container ours
   * is another one.
   */
  ownTid(): number | undefined {
    // Inherited from the machine's own trace, where somebody may have switched them off.
    this.#write('options/markers', '1');
    this.mark('who');
    const tid = /-(\d+)\s+\[\d+\].*who$/m.exec(readText(`${this.folder}/trace`))?.[1];
    return tid === undefined ? undefined : Number(tid);
  }

  /** Events that this kernel does not have. */
  static missingEvents(tracefs: string): TracedEvent[] {
    return EVENTS.filter((event) => !existsSync(`${tracefs}/events/${event}`));
  }

  get cpus(): number {
    return this.#pipes.length;
  }

  /**
   * Starts to record.
   * @param tid thread, as the initial pid namespace numbers it, whose children are followed
   */
  arm(tid: number): void {
    this.#write('options/event-fork', '1');
    // When it is full the newest events are lost and not the oldest, which tell whose processes these are.
    this.#write('options/overwrite', '0');
    this.#write('set_event_pid', `${tid}`);
    for (const [event, filter] of Object.entries(EVENT_FILTERS)) this.#write(`events/${event}/filter`, filter);
    for (const event of EVENTS) if (event !== MARK) this.#write(`events/${event}/enable`, '1');
  }

  /** Follows a thread more, some 20 ms from now: the kernel waits for its CPUs. */
  follow(tid: number): void {
    this.#following = this.#following.then(() => this.#append('set_event_pid', `${tid}\n`)).catch(() => {});
  }

  /** Puts a text between the events, which tells what time it is there. There may be no room for it. */
  mark(text: string): void {
    try {
      writeSync(this.#marker, text);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBADF') throw error;
    }
  }

  /** Fills `page` with a CPU's oldest events; the number of bytes, 0 when there are none. */
  readPage(cpu: number, page: Uint8Array): number {
    try {
      return readSync(this.#pipes[cpu]?.descriptor ?? -1, page, 0, page.length, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
      throw error;
    }
  }

  readLayout(): PageLayout | undefined {
    return parsePageLayout(readText(`${this.folder}/events/header_page`));
  }

  /** Undefined: the kernel describes one of them in another way than we know. */
  readFormats(): Formats | undefined {
    const formats = EVENTS.map(
      (event) => [event, parseEventFormat(readText(`${this.folder}/events/${event}/format`))] as const,
    );
    return formats.every(([, format]) => format !== undefined) ? (Object.fromEntries(formats) as Formats) : undefined;
  }

  /** How many events the kernel had no room for, of all CPUs. */
  lostEvents(): number {
    return this.#pipes.reduce((sum, { stats }) => {
      const counts = readText(stats).matchAll(/^(?:overrun|commit overrun|dropped events): (\d+)$/gm);
      return [...counts].reduce((total, [, count]) => total + Number(count), sum);
    }, 0);
  }

  /** Records nothing more; what was recorded can still be read. */
  stop(): void {
    this.#write('tracing_on', '0');
  }

  /** Lets go of its files. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#marker);
    for (const { descriptor } of this.#pipes) closeSync(descriptor);
  }

  /** Takes it away. 60 ms, in which the kernel waits for its CPUs and we go on; twice that if all were left switched on. */
  async remove(): Promise<void> {
    this[Symbol.dispose]();
    await this.#following;
    await writeFile(`${this.folder}/options/event-fork`, '0');
    await writeFile(`${this.folder}/events/enable`, '0');
    await writeFile(`${this.folder}/set_event_pid`, '');
    await rmdir(this.folder);
  }

  /** Adds to what is there: without O_TRUNC. */
  async #append(file: string, text: string): Promise<void> {
    await using handle = await open(`${this.folder}/${file}`, constants.O_WRONLY | constants.O_APPEND);
    await handle.write(text);
  }

  #write(file: string, text: string): void {
    writeFileSync(`${this.folder}/${file}`, text);
  }
}
