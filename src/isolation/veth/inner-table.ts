import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { LineChannel } from '../tools/line-channel.js';
import { hasChain } from '../tools/nft-answers.js';

const TABLE = 'inet netmeter_limits';

/**
 * A table in the command's namespace, owned by a living `nft -i` there: the command cannot change it, were it root, and
 * the kernel removes it when that process ends, however it ends.
 */
export class InnerTable implements Disposable {
  /** Family and name. */
  readonly table = TABLE;
  /** Of the process inside. */
  readonly pid: number | undefined;
  readonly #nft: LineChannel;

  /** @param argv of nft, with what enters the namespace before it */
  constructor(sh: string, argv: readonly string[]) {
    const child = spawn(sh, ['-c', 'exec "$@" -i <&3 >&3 2>&3 3<&-', 'nft', ...argv], {
      // Apart from the terminal: ^C is for the command.
      detached: true,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', HOME: '/dev/null' },
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    child.on('error', () => {});
    child.unref();
    this.pid = child.pid;
    this.#nft = new LineChannel(child.stdio[3] as Socket);
    this.#nft.send(`add table ${TABLE} { flags owner; }`);
  }

  /** Adds a chain and its rules in one transaction. @returns whether they could be added */
  addChain(chain: string, commands: readonly string[]): Promise<boolean> {
    this.#nft.send(commands.join('; '), `list chain ${TABLE} ${chain}`);
    return hasChain(this.#nft, chain);
  }

  /** For commands that print nothing. */
  order(...commands: readonly string[]): void {
    this.#nft.send(...commands);
  }

  [Symbol.dispose](): void {
    this.#nft.leave();
  }
}
