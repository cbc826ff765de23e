import type { Boundary } from '../../boundary.js';
import type { MessagePairs } from '../../evidence/names/pair-messages.js';
import type { DnsObserver } from '../../isolation/names/dns-exchange.js';
import type { Place } from '../../linux/bpf/program-slot.js';
import { type CopiedPacket, type CopyChoice, NameCopies } from '../../observe/names/name-copies.js';

/** Look-ups as the kernel copies their messages. What pairs them is loaded with the first one: many a command asks for no name. */
export class CopiedNames implements Disposable {
  readonly #copies: NameCopies;
  readonly #pairs: Pairs;

  /**
   * From now on.
   * @param group a descriptor of the control group's folder, or what runs programs for it
   * @param observe hears of each question
   * @returns undefined where nothing can be copied
   */
  static attach(
    group: number | Place,
    choice: CopyChoice,
    { observe, boundary }: { readonly observe: DnsObserver; readonly boundary: Boundary },
  ): CopiedNames | undefined {
    const pairs = new Pairs(observe, boundary);
    const copies = NameCopies.attach(group, choice, boundary.guard('names', pairs.see));
    return copies && new CopiedNames(copies, pairs);
  }

  private constructor(copies: NameCopies, pairs: Pairs) {
    this.#copies = copies;
    this.#pairs = pairs;
  }

  /** When nothing of the command's is left. @returns whether each message was seen */
  async settle(): Promise<boolean> {
    this.#copies.drain();
    const isWhole = await this.#pairs.finish();
    return isWhole && this.#copies.lost === 0;
  }

  [Symbol.dispose](): void {
    this.#copies[Symbol.dispose]();
  }
}

/** Pairs questions and answers, in the order in which they were copied. */
class Pairs {
  readonly #observe: DnsObserver;
  readonly #boundary: Boundary;
  readonly #waiting: CopiedPacket[] = [];
  #pairs: MessagePairs | undefined;
  #loading: Promise<void> | undefined;

  constructor(observe: DnsObserver, boundary: Boundary) {
    this.#observe = observe;
    this.#boundary = boundary;
  }

  readonly see = (packet: CopiedPacket): void => {
    if (this.#pairs) this.#pairs.see(packet);
    else {
      this.#waiting.push(packet);
      this.#loading ??= this.#boundary.attempt('names', () => this.#load(), undefined);
    }
  };

  /** @returns whether everything could be read */
  async finish(): Promise<boolean> {
    await this.#loading;
    return this.#waiting.length === 0 && (this.#pairs?.isWhole ?? true);
  }

  async #load(): Promise<void> {
    const { MessagePairs } = await import('../../evidence/names/pair-messages.js');
    this.#pairs = new MessagePairs(this.#observe);
    for (const packet of this.#waiting.splice(0)) this.#pairs.see(packet);
  }
}
