import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, rmdirSync, unlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pid } from 'node:process';
import { NetmeterError } from '../errors.js';
import { O_PATH } from '../files/path-walk.js';

/**
 * A socket that only this user and root can connect to, by our /proc/PID/fd. Its file is held open and has no name any more:
 * a killed netmeter leaves none behind.
 */
export class CallerSocket implements Disposable {
  readonly server: Server;
  readonly #fd: number;

  /**
   * Listens in the first folder that can be written to. Its path may be of any length: by its descriptor it is short, as
   * an address must be (108 bytes, unix(7)).
   * @throws {NetmeterError} SETUP_FAILED
   */
  static async listen(folders: readonly string[] = [tmpdir(), '/tmp', '/var/tmp', '/dev/shm']): Promise<CallerSocket> {
    const reasons: string[] = [];
    for (const folder of new Set(folders)) {
      try {
        return await listenIn(folder);
      } catch (error) {
        reasons.push(`${folder}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    throw new NetmeterError('SETUP_FAILED', `no folder was found for a temporary socket: ${reasons.join('; ')}`, {
      cure: 'Set TMPDIR to a folder that may be written to.',
    });
  }

  constructor(server: Server, fd: number) {
    this.server = server;
    this.#fd = fd;
  }

  /** For a process of root's or of the same user's. */
  get path(): string {
    return `/proc/${pid}/fd/${this.#fd}`;
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
    this.server.close();
  }
}

async function listenIn(parent: string): Promise<CallerSocket> {
  const server = createServer();
  const listening = once(server, 'listening');
  listening.catch(() => {});
  const fd = bindWithoutName(server, parent);
  try {
    await listening;
    return new CallerSocket(server, fd);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Synchronous: a signal that ends us leaves nothing behind. @returns a descriptor of the socket's file */
function bindWithoutName(server: Server, parent: string): number {
  const path = mkdtempSync(join(parent, 'netmeter-'));
  const folder = openSync(path, O_PATH | constants.O_DIRECTORY);
  const name = `/proc/self/fd/${folder}/socket`;
  try {
    server.listen(name);
    const fd = openSync(name, O_PATH);
    unlinkSync(name);
    return fd;
  } finally {
    closeSync(folder);
    rmdirSync(path);
  }
}
