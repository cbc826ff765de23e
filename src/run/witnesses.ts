import { ObservedNames } from '../evidence/observed-names.js';
import type { Scope, WireReading } from '../isolation/scope.js';
import type { Attempt, DnsUse, RemoteUse, Traffic } from '../measurement.js';
import type { Reading } from './take-reading.js';

/** What the report says of who and whereto; each part is absent where nothing could be seen of it. */
export type Explanation = { readonly remotes?: RemoteUse; readonly dns?: DnsUse };

/** Watches a run from beside, and explains its numbers at the end. */
export class Witnesses {
  readonly #names = new ObservedNames();
  readonly #scope: Scope;
  readonly #startedAt: number;
  /** Whether nothing had crossed before each remote was counted; undefined: they are not. */
  readonly #isWhole: Promise<boolean | undefined>;
  /** Settles when look-ups are seen, or cannot be. */
  readonly seesNames: Promise<boolean>;

  /**
   * For the moment before the command is started.
   * @param before what was counted when nothing of the command's could have crossed
   */
  constructor(scope: Scope, before: Reading) {
    this.#scope = scope;
    this.#startedAt = before.texts.at;
    this.#isWhole = countsAll(scope, before.wire).catch(() => undefined);
    // Names are worth no delay: a program that asks sooner than this is done would only lack one.
    this.seesNames = Promise.resolve(scope.observeNames?.(this.#names.take) ?? false).catch(() => false);
  }

  /** Attempts with the names that led to their addresses; for after {@link explain}. */
  named(attempts: readonly Attempt[] | null): readonly Attempt[] | null {
    if (!attempts) return null;
    return attempts.map((attempt) => {
      const names = this.#names.namesOf(attempt.address);
      return names.length > 0 ? { ...attempt, names } : attempt;
    });
  }

  async explain(traffic: Traffic): Promise<Explanation> {
    const remotes = await this.#explainRemotes(traffic);
    const dns = (await this.seesNames) && (await this.#names.summary());
    return { ...(remotes && { remotes }), ...(dns && { dns }) };
  }

  async #explainRemotes(traffic: Traffic): Promise<RemoteUse | undefined> {
    const isWhole = await this.#isWhole;
    if (isWhole === undefined) return undefined;
    await this.#names.settle();
    // Loaded here: while the command starts every millisecond counts, and now none does.
    const { explainRemotes } = await import('./explain-remotes.js');
    const namesOf = (address: string) => this.#names.namesOf(address);
    return explainRemotes({ scope: this.#scope, traffic, isWhole, namesOf, startedAt: this.#startedAt });
  }
}

/**
 * The rules that count remotes come beside the command's start. The queues tell whether they came in time: where nothing
 * has moved, nothing can have been missed.
 */
async function countsAll(scope: Scope, before: WireReading): Promise<boolean | undefined> {
  if (scope.remotes?.isCounting) return true;
  if (!(await scope.remotes?.counts)) return undefined;
  const now = await scope.readWire();
  const ends = Object.keys(now).filter((end) => /^nm[46]\./.test(end));
  return ends.every((end) => now[end]?.packets === before[end]?.packets);
}
