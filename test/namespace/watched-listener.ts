import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from '../wait.js';
import { Wire } from './wire.js';

/** Where somebody accepts, and never reads. */
export const HOLDS = 7100;

const LISTENER = `import socket
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096); s.bind(('0.0.0.0', ${HOLDS})); s.listen()
print('listening', flush=True)
held = []
while True: held.append(s.accept())`;

/** A wire whose far end holds connections, and counts what comes by an address of a namespace's inside. */
export class WatchedListener implements AsyncDisposable {
  readonly wire: Wire;
  readonly #listener: ChildProcess;

  private constructor(wire: Wire, listener: ChildProcess) {
    this.wire = wire;
    this.#listener = listener;
  }

  /** @param rules of nft, for what arrives there, behind the one that counts. */
  static async start(number: number, rules: string): Promise<WatchedListener> {
    const wire = await Wire.lay(number);
    const all = `ip saddr 198.18.0.0/15 counter; ${rules};`;
    wire.inServer(`nft 'table inet watched { chain in { type filter hook prerouting priority -300; ${all} }; }'`);
    const listener = spawn('ip', ['netns', 'exec', wire.namespace, 'python3', '-c', LISTENER]);
    await once(listener.stdout, 'data');
    return new WatchedListener(wire, listener);
  }

  /** Packets by an address of a namespace's inside, and then those of each counter among the rules. */
  arrived(): number[] {
    const list = ['netns', 'exec', this.wire.namespace, 'nft', 'list', 'table', 'inet', 'watched'];
    const { stdout } = spawnSync('ip', list, { encoding: 'utf8' });
    return [...stdout.matchAll(/packets (\d+)/g)].map(([, packets]) => Number(packets));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.kill('SIGKILL');
    await this.wire[Symbol.asyncDispose]();
  }
}
