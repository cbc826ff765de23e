import type { Warning } from './measurement/measurement.js';

/** What works beside the command, and what a warning calls it. */
const PARTS = {
  relay: 'the relay of names',
  names: 'the observer of names',
  processes: 'the observer of processes',
  connections: 'the observer of connections',
  remotes: 'the observer of remotes',
  traffic: 'the samples of the traffic',
  bypasses: 'the look for bypasses',
  drops: 'the count of dropped packets',
  addresses: "the watch of this machine's addresses",
  others: 'the look for other processes',
  limits: 'the keeper of limits',
  hints: 'the hint at ports',
  attempts: 'the list of attempts',
  'published-ports': 'the forwarder of published ports',
  'host-ports': "the forwarder of the host's ports",
  explanation: 'the explanation of the traffic',
  summary: 'the summary',
  github: "the words for GitHub's job",
  stray: 'a part of netmeter',
} as const;

export type Part = keyof typeof PARTS;

/**
 * The one place where what works beside the command may fail: an exception becomes a warning that names the part, and never
 * the end of the run. What ends it (a scope that cannot be made, a command that cannot be found) does not come by here.
 */
export class Boundary {
  readonly #failures = new Map<string, Warning>();

  /** One for each part, with its first failure. */
  get warnings(): readonly Warning[] {
    return [...this.#failures.values()];
  }

  /** A listener whose exceptions, and rejections, are taken. */
  guard<A extends readonly unknown[]>(part: Part, work: (...args: A) => unknown): (...args: A) => void {
    return (...args) => {
      try {
        const result = this.enter(part, () => work(...args));
        if (result instanceof Promise) result.catch((error: unknown) => this.failed(part, error));
      } catch (error) {
        this.failed(part, error);
      }
    };
  }

  /** What `work` comes to. Never rejects: after an exception it is `otherwise`. */
  async attempt<T>(part: Part, work: () => T | PromiseLike<T>, otherwise: T): Promise<T> {
    try {
      return await this.enter(part, work);
    } catch (error) {
      this.failed(part, error);
      return otherwise;
    }
  }

  /** The same for what is no promise. */
  attemptNow<T>(part: Part, work: () => T, otherwise: T): T {
    try {
      return this.enter(part, work);
    } catch (error) {
      this.failed(part, error);
      return otherwise;
    }
  }

  /** Takes note of a part's failure. */
  failed(part: Part, error: unknown): void {
    if (this.#failures.has(part)) return;
    const message = `${PARTS[part]} failed, and the run went on without it: ${reasonOf(error)}`;
    this.#failures.set(part, { code: 'PART_FAILED', message });
  }

  /** Takes note of what the reader of the report must know. */
  warn(warning: Warning): void {
    this.#failures.set(warning.code, warning);
  }

  /** Where every part's work is begun. */
  protected enter<T>(_part: Part, work: () => T): T {
    return work();
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));
