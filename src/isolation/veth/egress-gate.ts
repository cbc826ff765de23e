import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { NetmeterError } from '../../errors.js';
import type { Attempt } from '../../measurement/isolation.js';
import { type Egress, isListed, type Led } from '../limits/destinations.js';
import { addressSet, egressRules, LAST_EGRESS_CHAIN, TRIED_SETS } from '../limits/egress-rules.js';
import { parseAttempts } from '../limits/parse-attempts.js';
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
  static async open(guarded: Guarded): Promise<EgressGate> {
    const gate = new EgressGate(guarded);
    const { nat, hosts } = guarded;
    if (!(await nat.addChain(LAST_EGRESS_CHAIN, egressRules({ ...guarded, table: nat.table })))) {
      throw new NetmeterError('SETUP_FAILED', '--allow, --deny: this kernel or its nft refuses the rules', {
        cure: 'It needs Linux 5.9 with nft_reject.',
      });
    }
    // Who is in that file is not asked for.
    await gate.#learn(namesIn(hosts));
    return gate;
  }

  /** For each answer before the command has it: what it says of a name that may, or may not, be reached. */
  readonly admit = async (answer: Buffer): Promise<void> => {
    const { addresses = [], ...names } = decodeAnswer(answer) ?? {};
    if ('name' in names) await this.#learn(addresses.map((address) => ({ ...names, address })));
  };

  /** What was refused, the most frequent first; null: it could not be listed. */
  async attempts(nft: string): Promise<readonly Attempt[] | null> {
    const list = (set: string) => ['-j', 'list', 'set', ...this.#guarded.nat.table.split(' '), set];
    const listings = await Promise.all(
      TRIED_SETS.map((set) => promisify(execFile)(nft, list(set), { maxBuffer: 64 << 20 }).catch(() => undefined)),
    );
    const attempts = listings.flatMap((listing) => [listing === undefined ? null : parseAttempts(listing.stdout)]);
    return attempts.includes(null)
      ? null
      : attempts.flatMap((each) => each ?? []).sort((a, b) => b.packets - a.packets);
  }

  async #learn(known: readonly Led[]): Promise<void> {
    const { egress, nat } = this.#guarded;
    const commands = (['allowed', 'denied'] as const).flatMap((verdict) =>
      known
        .filter((led) => isListed(egress, verdict, led))
        .map(({ address }) => `add element ${nat.table} ${addressSet(verdict, address)} { ${address} }`),
    );
    if (commands.length > 0) await nat.apply(commands);
  }
}
