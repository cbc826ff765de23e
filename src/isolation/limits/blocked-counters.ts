import { passTo } from '../../linux/netlink/netfilter/actions.js';
import type { Command, TableName } from '../../linux/netlink/netfilter/command.js';
import { nfproto } from '../../linux/netlink/netfilter/field.js';
import { is } from '../../linux/netlink/netfilter/matches.js';
import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import { ADDRESS_FAMILIES } from '../../linux/netlink/netfilter/numbers.js';
import type { Statement } from '../../linux/netlink/netfilter/statement.js';
import { TableCommands } from '../../linux/netlink/netfilter/table-commands.js';
import type { Family } from '../../measurement/traffic.js';
import type { QueueReading } from '../scope.js';
import { namedCounters } from '../tools/firewall/named-counters.js';

const FAMILIES = [
  { family: 'ipv4', number: ADDRESS_FAMILIES.ip },
  { family: 'ipv6', number: ADDRESS_FAMILIES.ip6 },
] as const;

/** IP octets and packets of each family that met a rule. */
export type FamilyReading = Readonly<Record<Family, QueueReading>>;

const NONE: QueueReading = { bytes: 0n, packets: 0n };
export const NO_PACKETS: FamilyReading = { ipv4: NONE, ipv6: NONE };

/** A pair of the kernel's counters, one a family, in a table of nftables. */
export class BlockedCounters {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** Makes them. */
  add(name: TableName): Command[] {
    const table = new TableCommands(name);
    return FAMILIES.map(({ family }) => table.counter(this.#nameOf(family)));
  }

  /** Rules that count the packets that all of `when` are true of, and go on. */
  rules(name: TableName, chain: string, ...when: readonly Statement[]): Command[] {
    const table = new TableCommands(name);
    return FAMILIES.map(({ family, number }) =>
      table.rule(chain, ...when, is(nfproto, Buffer.of(number)), passTo('counter', this.#nameOf(family))),
    );
  }

  /** @throws {LinuxError} the table is gone */
  read(nftables: Nftables, table: TableName): FamilyReading {
    const counters = namedCounters(nftables, table);
    const one = (family: Family) => counters.get(this.#nameOf(family)) ?? NONE;
    return { ipv4: one('ipv4'), ipv6: one('ipv6') };
  }

  #nameOf(family: Family): string {
    return `${this.#name}_${family}`;
  }
}

/** The sums of several readings. */
export const sumReadings = (all: readonly FamilyReading[]): FamilyReading => {
  const sum = (family: Family) =>
    all.reduce(
      (total, each) => ({
        bytes: total.bytes + each[family].bytes,
        packets: total.packets + each[family].packets,
      }),
      NONE,
    );
  return { ipv4: sum('ipv4'), ipv6: sum('ipv6') };
};
