import { LinuxError } from '../../linux/linux-error.js';
import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import { OwnTable } from '../../linux/netlink/netfilter/own-table.js';
import { hostPorts } from './listening-ports.js';
import { REFUSED_SET, REFUSED_TABLE, refusalRules } from './refusal-rules.js';

/**
 * Remembers which ports refused the command at its own loopback although the host listens there. A hint and no
 * measurement: the rules are added beside the command that has started already, to delay none.
 */
export class RefusalWatch implements Disposable {
  readonly #table: OwnTable;

  private constructor(table: OwnTable) {
    this.#table = table;
  }

  /**
   * @param nftables of the command's namespace
   * @param offered ports that are the host's inside too
   * @returns undefined where no other port of the host's can be meant, or the kernel cannot do it
   */
  static start(nftables: Nftables, offered: readonly number[]): RefusalWatch | undefined {
    const heard = hostPorts().filter((port) => !offered.includes(port));
    if (heard.length === 0) return undefined;
    try {
      return new RefusalWatch(OwnTable.create(nftables, REFUSED_TABLE, refusalRules(heard)));
    } catch (error) {
      if (error instanceof LinuxError) return undefined;
      throw error;
    }
  }

  /** The ports that refused. */
  refused(): number[] {
    const elements = this.#table.nftables.elements(REFUSED_TABLE, REFUSED_SET);
    return elements.flatMap(({ key }) => (key ? [key.readUInt16BE()] : []));
  }

  [Symbol.dispose](): void {
    this.#table[Symbol.dispose]();
  }
}
