import type { Socket } from 'node:net';

/** A conversation in JSON, a message a line. */
export class JsonLines<Received, Sent> {
  readonly #socket: Socket;
  #partial = '';

  constructor(socket: Socket, take: (message: Received) => void) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      const lines = (this.#partial + text).split('\n');
      this.#partial = lines.pop() ?? '';
      for (const line of lines) this.#read(line, take);
    });
    // The end of the other side is what matters, and 'close' tells it.
    socket.on('error', () => {});
  }

  /** Whoever speaks otherwise is not who is meant. */
  #read(line: string, take: (message: Received) => void): void {
    let message: Received;
    try {
      message = JSON.parse(line);
    } catch {
      this.#socket.destroy();
      return;
    }
    take(message);
  }

  send(message: Sent): void {
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  end(): void {
    this.#socket.end();
  }
}
