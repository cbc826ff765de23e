import { closeSync, fstatSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';
import { NetmeterError } from '../../errors.js';
import { reasonOf } from '../../files/reason-of.js';
import { writeToDescriptor } from '../../files/write-to-descriptor.js';
import { explainMissingLibc } from '../../missing-libc.js';
import { escaped, visible } from '../../report/visible.js';
import { inert } from './inert.js';
import { systemReason } from './system-reason.js';
import { useColor } from './use-color.js';

const STDOUT = 1;
const STDERR = 2;

/**
 * The two streams that people and pipes read, and the only place that writes to them. Nothing that a text holds steers a
 * terminal but our own colours. What goes to stderr is handed to whoever listens, and is never a reason to fail: a reader may
 * have gone, a disk be full, a terminal be closed. Stdout is what was asked for: only its reader may go.
 */
export class Terminal {
  readonly #env: NodeJS.ProcessEnv;
  /** One for both, which may be the same pipe: what was said first stands first. */
  #written: Promise<void> = Promise.resolve();
  #isRead = true;

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  /** Says something to people, on stderr. Each line is a line, whatever it holds, and those after the first are indented. */
  say(...lines: readonly string[]): void {
    const text = lines
      .map((line, index) => visible(index === 0 || line.startsWith('  ') ? line : `  ${line}`))
      .join('\n');
    this.#write(inert(`netmeter: ${text}\n`, this.#env));
  }

  /** Says an error: what happened, and the cure. Unexpected ones come with their stack. */
  complain(thrown: unknown): void {
    const error = explainMissingLibc(thrown);
    const known = error instanceof NetmeterError ? error : systemReason(error);
    // A list of reasons, or of cures, has lines of its own.
    if (known) this.say(...known.message.split('\n'), ...known.cure.split('\n').map((line) => `  ${line.trimStart()}`));
    else this.say(...`unexpected error: ${error instanceof Error ? error.stack : String(error)}`.split('\n'));
  }

  /** Shows a text that was made for people, on stderr. */
  show(text: string): void {
    this.#write(inert(painted(text), this.#env));
  }

  /** Gives a CI system commands, a line each, on stderr. */
  command(lines: readonly string[]): void {
    if (lines.length > 0) this.#write(`${lines.map((line) => visible(line)).join('\n')}\n`);
  }

  /** Prints a text that was made for people, on stdout. @throws {NetmeterError} REPORT_NOT_WRITTEN */
  print(text: string): Promise<void> {
    return this.#hand(painted(text));
  }

  /** Prints JSON, on stdout: the same value, without a character that steers. @throws {NetmeterError} REPORT_NOT_WRITTEN */
  printJson(text: string): Promise<void> {
    return this.#hand(text.replaceAll(STEERING, (character) => `\\u${hex(character)}`));
  }

  /** False once the reader of stdout has gone, as `| head` does. */
  get isRead(): boolean {
    return this.#isRead;
  }

  /** Whether what goes to stdout, or stderr, is to be coloured. */
  colors(stream: 'stdout' | 'stderr'): boolean {
    return useColor(this.#env, isatty(stream === 'stdout' ? STDOUT : STDERR));
  }

  /** How wide stdout is; undefined where it is no terminal. */
  get columns(): number | undefined {
    return isatty(STDOUT) ? process.stdout.columns : undefined;
  }

  /** Until all of it is out. */
  async flush(): Promise<void> {
    await this.#written;
  }

  #write(text: string): void {
    this.#written = this.#written.then(() => writeToDescriptor(STDERR, text)).catch(() => {});
  }

  async #hand(text: string): Promise<void> {
    if (!this.#isRead) return;
    const written = this.#written.then(() => writeToDescriptor(STDOUT, text));
    this.#written = written.catch(() => {});
    try {
      await written;
    } catch (cause) {
      this.#isRead = false;
      if ((cause as NodeJS.ErrnoException).code === 'EPIPE') return;
      throw new NetmeterError('REPORT_NOT_WRITTEN', `stdout was not written: ${reasonOf(cause)}`, {
        cure: 'Check what it is redirected to.',
        cause,
      });
    }
  }
}

/** Control characters but the line feed and the tabulator, and what turns the reading direction. */
const STEERING = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

const hex = (character: string) => character.charCodeAt(0).toString(16).padStart(4, '0');

/** The colours of `report/paint` alone: another could hide what follows (SGR, ECMA-48 8.3.117). */
const COLOR = new RegExp(`(${String.fromCharCode(0x1b)}\\[(?:1|22|3[1-39])m)`);

/** A text of several lines with nothing else that steers. */
const painted = (text: string): string =>
  text
    .split(COLOR)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll(STEERING, escaped)))
    .join('');

/**
 * Lets go of terminals that were closed: at its end Node would set their modes back, and abort where that fails (EIO). In
 * their places there is /dev/null.
 */
export function leaveClosedTerminals(): void {
  for (const fd of [0, STDOUT, STDERR]) {
    try {
      // A terminal that hung up is none to isatty(3) any more; null, zero and full are devices of memory, number 1.
      if (isatty(fd) || !fstatSync(fd).isCharacterDevice() || major(fstatSync(fd).rdev) === 1) continue;
      closeSync(fd);
      openSync('/dev/null', 'r+');
    } catch {
      // Not open: nothing to let go of.
    }
  }
}

/** gnu_dev_major(), for numbers below 4096. */
const major = (device: number) => (device >> 8) & 0xfff;
