import { NetmeterError } from '../../../errors.js';
import { addressBytes } from '../../../linux/ip/ip-address.js';
import { LinuxError } from '../../../linux/linux-error.js';
import type { TableName } from '../../../linux/netlink/netfilter/command.js';
import type { Nftables } from '../../../linux/netlink/netfilter/nftables.js';
import { OwnTable } from '../../../linux/netlink/netfilter/own-table.js';
import { TableCommands } from '../../../linux/netlink/netfilter/table-commands.js';
import type { Attempt } from '../../../measurement/isolation.js';
import { NO_PACKETS } from '../../limits/blocked-counters.js';
import { type Egress, isListed, type Led } from '../../limits/destinations.js';
import {
  ATTEMPT_SETS,
  addressSet,
  EGRESS_AT_HOST_ENDS,
  EGRESS_INSIDE,
  type EgressPlace,
  egressRules,
  FORBIDDEN,
} from '../../limits/egress-rules.js';
import { readAttempts } from '../../limits/read-attempts.js';
import { canonicalAddress } from '../../machine/canonical-address.js';
import { decodeAnswer } from '../../names/decode-answer.js';
import { namesIn } from '../../names/hosts-file.js';
import type { LinkPlan } from '../links/subnet.js';
import type { Blocked } from './blocked.js';
import type { NatTable } from './nat-table.js';

/** In the command's namespace; the command cannot change it, were it root. */
const INNER_TABLE = { family: 'inet', table: 'netmeter_egress' } as const;

export type Guarded = {
  readonly egress: Egress;
  readonly nat: NatTable;
  /** Of the command's namespace. */
  readonly inside: Nftables | undefined;
  /** The links that lead out. */
  readonly plans: readonly LinkPlan[];
  readonly nameservers: readonly string[];
  /** The command's hosts(5). */
  readonly hosts: string;
};

type Place = { readonly nftables: Nftables; readonly table: TableName };

/**
 * Lets the command reach only where it may: by rules in the kernel, which learn the addresses of names from answers. They
 * stand inside, where what is refused has not been sent, and once more at the host's ends.
 */
export class EgressGate {
  readonly #egress: Egress;
  /** Inside, and at the host's ends. */
  readonly #places: readonly [Place, Place];

  private constructor(egress: Egress, nat: NatTable, inner: OwnTable) {
    this.#egress = egress;
    this.#places = [
      { nftables: inner.nftables, table: inner.name },
      { nftables: nat.nftables, table: nat.name },
    ];
  }

  /** @throws {NetmeterError} SETUP_FAILED */
  static open({ egress, nat, inside, plans, nameservers, hosts }: Guarded): EgressGate {
    if (!inside) throw new NetmeterError('SETUP_FAILED', '--allow, --deny: the namespace has no nftables');
    const { hasServer } = nat;
    const at = (place: EgressPlace, end: 'host' | 'inner', table: TableName) =>
      egressRules({ table, place, devices: plans.map((plan) => plan[end].device), hasServer, egress, nameservers });
    try {
      const inner = OwnTable.create(inside, INNER_TABLE, at(EGRESS_INSIDE, 'inner', INNER_TABLE));
      nat.commit(at(EGRESS_AT_HOST_ENDS, 'host', nat.name));
      const gate = new EgressGate(egress, nat, inner);
      // Who is in that file is not asked for.
      gate.#learn(namesIn(hosts));
      return gate;
    } catch (error) {
      throw error instanceof LinuxError ? refused(error) : error;
    }
  }

  /** For each answer before the command has it: what it says of a name that may, or may not, be reached. */
  readonly admit = async (answer: Buffer): Promise<void> => {
    const { addresses = [], ...names } = decodeAnswer(answer) ?? {};
    if ('name' in names) this.#learn(addresses.map((address) => ({ ...names, address })));
  };

  /** What was refused, the most frequent first; null: it could not be listed. */
  attempts(): readonly Attempt[] | null {
    const lists = this.#places.map(({ nftables, table }) => readAttempts(nftables, table, ATTEMPT_SETS));
    return lists.includes(null) ? null : merged(lists.flatMap((list) => list ?? []));
  }

  /** What was refused so far. */
  blocked(): Blocked {
    const [inside, atHost] = this.#places.map(({ nftables, table }) => FORBIDDEN.read(nftables, table));
    return { refused: atHost ?? NO_PACKETS, answered: NO_PACKETS, unsent: inside ?? NO_PACKETS, kept: NO_PACKETS };
  }

  #learn(known: readonly Led[]): void {
    for (const { nftables, table } of this.#places) {
      const commands = VERDICTS.flatMap((verdict) =>
        known
          .filter((led) => isListed(this.#egress, verdict, led))
          .map(({ address }) => canonicalAddress(address))
          .map((address) => new TableCommands(table).elements(addressSet(verdict, address), [addressBytes(address)])),
      );
      if (commands.length > 0) nftables.commit(commands);
    }
  }
}

const VERDICTS = ['allowed', 'denied'] as const;

/** What was refused at both places is one attempt. */
function merged(attempts: readonly Attempt[]): Attempt[] {
  const all = new Map<string, Attempt>();
  for (const attempt of attempts) {
    const key = `${attempt.protocol} ${attempt.address} ${attempt.port}`;
    all.set(key, { ...attempt, packets: attempt.packets + (all.get(key)?.packets ?? 0) });
  }
  return [...all.values()].sort((a, b) => b.packets - a.packets);
}

const refused = (error: LinuxError) =>
  new NetmeterError('SETUP_FAILED', `--allow, --deny: this kernel refuses the rules: ${error.message}`, {
    cure: 'It needs Linux 5.9 with nft_reject.',
    cause: error,
  });
