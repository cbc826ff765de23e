import type { CgroupMeter } from '../../observe/meter/cgroup-meter.js';
import type { Meter } from '../meter.js';
import { Later } from './later.js';

/** A command that is over by then is not worth the time; and no connection is likely to be. */
const AFTER_MS = 5;
/** From then on it is worth it whether there is a connection or not: the first one may be over before it is looked for again. */
const WORTH_MS = 40;

const load = () => import('../../observe/meter/orphans/trace-orphans.js');

/**
 * Where the sockets' count is beside the traffic, has what is rare counted too, a little after the command's start: what is sent past
 * IP, and the packets of connections that are no socket any more. Where it is the traffic, all of that was
 * counted before.
 */
export class OrphanWatch implements Disposable {
  readonly #sockets: CgroupMeter | undefined;
  #later: Later | undefined;
  #isOver = false;

  constructor({ sockets, tree }: Pick<Meter, 'sockets' | 'tree'>) {
    this.#sockets = tree ? undefined : sockets;
    if (this.#sockets) this.#lookAfter(AFTER_MS);
  }

  /** What is still in flight of a command that was so short is counted, too. */
  async atCommandEnd(): Promise<void> {
    if (this.#later && this.#sockets && this.#sockets.connections.opened > 0) await this.#watch();
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#later?.[Symbol.dispose]();
  }

  #lookAfter(ms: number): void {
    const look = () => {
      this.#sockets?.watchSends();
      if (ms >= WORTH_MS || (this.#sockets && this.#sockets.connections.opened > 0)) void this.#watch();
      else this.#lookAfter(2 * ms);
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
