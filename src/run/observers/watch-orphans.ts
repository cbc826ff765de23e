import type { CgroupMeter } from '../../observe/meter/cgroup-meter.js';
import type { Meter } from '../meter.js';
import { Later } from './later.js';

/** A command that is over by then is not worth the time; and no connection is likely to be. */
const AFTER_MS = 5;
const RARELY_MS = 320;

const load = () => import('../../observe/meter/orphans/trace-orphans.js');

/**
 * Has what is rare counted too, a little after the command's start: what is sent past IP, and the packets of connections that are no
 * socket any more. These, where the sockets' count is not the traffic, when there is a first connection.
 */
export class OrphanWatch implements Disposable {
  readonly #sockets: CgroupMeter | undefined;
  readonly #isAll: boolean;
  #later: Later | undefined;
  #isOver = false;

  constructor({ sockets, tree }: Pick<Meter, 'sockets' | 'tree'>) {
    this.#sockets = sockets;
    this.#isAll = tree !== undefined;
    if (this.#isAll) void load();
    if (sockets) this.#lookAfter(AFTER_MS);
  }

  /** What is still in flight of a command that was so short is counted, too. */
  async atCommandEnd(): Promise<void> {
    if (this.#later && this.#sockets && this.#sockets.opened > 0) await this.#watch();
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#later?.[Symbol.dispose]();
  }

  #lookAfter(ms: number): void {
    const look = () => {
      this.#sockets?.watchSends();
      if (this.#isAll || (this.#sockets && this.#sockets.opened > 0)) void this.#watch();
      else this.#lookAfter(Math.min(2 * ms, RARELY_MS));
    };
    this.#later = new Later(ms, look);
  }

  async #watch(): Promise<void> {
    this.#later?.[Symbol.dispose]();
    this.#later = undefined;
    const { traceOrphans } = await load();
    if (!this.#isOver) this.#sockets?.watchOrphans(traceOrphans);
  }
}
