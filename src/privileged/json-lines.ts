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
      for (const line of lines) take(JSON.parse(line));
    });
    // The end of the other side is what matters, and 'close' tells it.
    socket.on('error', () => {});
  }

  send(message: Sent): void {
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  end(): void {
    this.#socket.end();
  }
}
