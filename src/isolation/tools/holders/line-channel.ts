import type { Socket } from 'node:net';

/** A conversation by lines with a tool that stays alive; what it complains about comes as lines too. */
export class LineChannel {
  readonly #socket: Socket;
  #partial = '';
  #lines: string[] = [];
  #waiting: ((line: string | undefined) => void)[] = [];
  #over = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#take(String(chunk)));
    socket.once('close', () => this.#finish());
    // A tool that has gone is noticed by its missing answer; a write to it must not throw on top of that.
    socket.on('error', () => this.#finish());
  }

  send(...lines: readonly string[]): void {
    this.#socket.write(lines.map((line) => `${line}\n`).join(''));
  }

  /** The next line; undefined when the tool has ended. */
  nextLine(): Promise<string | undefined> {
    const line = this.#lines.shift();
    if (line !== undefined || this.#over) return Promise.resolve(line);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Lines up to one that is among `words`, and that one; `end` is undefined when the tool ended first. */
  async linesUntil(...words: readonly string[]): Promise<{ before: string[]; end: string | undefined }> {
    const before: string[] = [];
    for (;;) {
      const line = await this.nextLine();
      if (line === undefined || words.includes(line)) return { before, end: line };
      before.push(line);
    }
  }

  /** Ends the tool's input, and with it the tool. */
  end(): void {
    this.#socket.end();
  }

  /** Ends it without waiting for its end to leave. */
  leave(): void {
    this.#socket.end();
    this.#socket.unref();
  }

  #take(text: string): void {
    const lines = (this.#partial + text).split('\n');
    this.#partial = lines.pop() ?? '';
    for (const line of lines) {
      const waiting = this.#waiting.shift();
      if (waiting) waiting(line);
      else this.#lines.push(line);
    }
  }

  #finish(): void {
    this.#over = true;
    for (const waiting of this.#waiting.splice(0)) waiting(undefined);
  }
}

/** Lines as one sentence, for a message. */
export const joined = (lines: readonly string[]) =>
  lines
    .map((line) => line.trim())
    .filter(Boolean)
    .join('; ');
