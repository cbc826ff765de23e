import { LinuxError } from '../../linux/linux-error.js';
import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import { OwnTable } from '../../linux/netlink/netfilter/own-table.js';
import { counter } from '../../linux/netlink/netfilter/simple-expressions.js';
import type { QueueReading } from '../scope.js';
import { countingRules, FROM_HOST, PORTS_TABLE, TO_HOST } from './counting-rules.js';
import type { HostPort } from './ports.js';

/** Counters of the host's ports inside. */
export class PortCounters implements Disposable {
  readonly #table: OwnTable;

  private constructor(table: OwnTable) {
    this.#table = table;
  }

  /** @returns undefined where the kernel does not count so, or nobody may have it do so */
  static attach(nftables: Nftables | undefined, ports: readonly HostPort[]): PortCounters | undefined {
    try {
      return nftables && new PortCounters(OwnTable.create(nftables, PORTS_TABLE, countingRules(ports)));
    } catch (error) {
      if (!(error instanceof LinuxError)) throw error;
      return undefined;
    }
  }

  /** Before Linux 5.12 a command can take the table away, which makes them unknown. */
  read(): { readonly toHost: QueueReading | undefined; readonly fromHost: QueueReading | undefined } {
    return { toHost: this.#read(TO_HOST), fromHost: this.#read(FROM_HOST) };
  }

  [Symbol.dispose](): void {
    this.#table[Symbol.dispose]();
  }

  #read(name: string): QueueReading | undefined {
    const found = this.#table.nftables.objects(PORTS_TABLE).find((each) => each.name === name);
    const { packets, bytes } = counter.decode(found?.data ?? Buffer.alloc(0));
    return packets === undefined || bytes === undefined ? undefined : { packets, bytes };
  }
}
