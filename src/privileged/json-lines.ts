import type { Socket } from 'node:net';

/** A conversation in JSON, a message a line. */
export class JsonLines<Received, Sent> {
  readonly #socket: Socket;
  #partial = '';

  /**
   * @param take may throw: what is not understood ends the conversation
   * @param options.longest characters that a message may have
   */
  constructor(socket: Socket, take: (message: Received) => void, { longest = Number.POSITIVE_INFINITY } = {}) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      try {
        this.#read(text, take, longest);
      } catch {
        // Whoever speaks otherwise is not who is meant.
        socket.destroy();
      }
    });
    // The end of the other side is what matters, and 'close' says it.
    socket.on('error', () => {});
  }

  #read(text: string, take: (message: Received) => void, longest: number): void {
    const lines = (this.#partial + text).split('\n');
    this.#partial = lines.pop() ?? '';
    if (this.#partial.length > longest) throw new Error('a message is too long');
    for (const line of lines) take(JSON.parse(line));
  }

  send(message: Sent): void {
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  end(): void {
    this.#socket.end();
  }
}
