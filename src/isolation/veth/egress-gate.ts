import { NetmeterError } from '../../errors.js';
import { addressBytes } from '../../linux/ip-address.js';
import { LinuxError } from '../../linux/linux-error.js';
import { TableCommands } from '../../linux/netlink/netfilter/table-commands.js';
import type { Attempt } from '../../measurement/isolation.js';
import { type Egress, isListed, type Led } from '../limits/destinations.js';
import { addressSet, egressRules, TRIED_SETS } from '../limits/egress-rules.js';
import { readAttempts } from '../limits/read-attempts.js';
import { canonicalAddress } from '../machine/canonical-address.js';
import { decodeAnswer } from '../names/decode-answer.js';
import { namesIn } from '../names/hosts-file.js';
import type { NatTable } from './nat-table.js';

export type Guarded = {
  readonly egress: Egress;
  readonly nat: NatTable;
  readonly devices: readonly string[];
  readonly nameservers: readonly string[];
  /** The command's hosts(5). */
  readonly hosts: string;
};

/** Lets the command reach only where it may: by rules in the kernel, which learn the addresses of names from answers. */
export class EgressGate {
  readonly #guarded: Guarded;

  private constructor(guarded: Guarded) {
    this.#guarded = guarded;
  }

  /** @throws {NetmeterError} SETUP_FAILED */
  static open(guarded: Guarded): EgressGate {
    const gate = new EgressGate(guarded);
    const { nat, hosts } = guarded;
    try {
      nat.commit(egressRules({ ...guarded, table: nat.name }));
    } catch (error) {
      throw error instanceof LinuxError ? refused(error) : error;
    }
    // Who is in that file is not asked for.
    gate.#learn(namesIn(hosts));
    return gate;
  }

  /** For each answer before the command has it: what it says of a name that may, or may not, be reached. */
  readonly admit = async (answer: Buffer): Promise<void> => {
    const { addresses = [], ...names } = decodeAnswer(answer) ?? {};
    if ('name' in names) this.#learn(addresses.map((address) => ({ ...names, address })));
  };

  /** What was refused, the most frequent first; null: it could not be listed. */
  attempts(): readonly Attempt[] | null {
    const { nat } = this.#guarded;
    return readAttempts(nat.nftables, nat.name, TRIED_SETS);
  }

  #learn(known: readonly Led[]): void {
    const { egress, nat } = this.#guarded;
    const table = new TableCommands(nat.name);
    const commands = (['allowed', 'denied'] as const).flatMap((verdict) =>
      known
        .filter((led) => isListed(egress, verdict, led))
        .map(({ address }) => canonicalAddress(address))
        .map((address) => table.elements(addressSet(verdict, address), [addressBytes(address)])),
    );
    if (commands.length > 0) nat.commit(commands);
  }
}

const refused = (error: LinuxError) =>
  new NetmeterError('SETUP_FAILED', `--allow, --deny: this kernel refuses the rules: ${error.message}`, {
    cure: 'It needs Linux 5.9 with nft_reject.',
    cause: error,
  });
