import { canonicalAddress } from '../../isolation/machine/canonical-address.js';
import type { DecodedAnswer } from '../../isolation/names/decode-answer.js';
import type { DnsObserver } from '../../isolation/names/dns-exchange.js';
import type { DnsUse } from '../../measurement/remotes.js';

/** So many addresses are remembered with their names; a crawler of the whole web has more. */
const MOST_ADDRESSES = 100_000;

type Decode = (message: Buffer) => DecodedAnswer | undefined;

/** Remembers which names the command asked for each address, and how its questions went. */
export class ObservedNames {
  readonly #names = new Map<string, Set<string>>();
  #decode: Decode | undefined;
  #loading: Promise<void> | undefined;
  #waiting: Buffer[] = [];
  readonly #counts = { queries: 0, answered: 0, notFound: 0, failed: 0 };
  readonly #servers = new Set<string>();
  #totalMs = 0;
  #slowestMs = 0;

  /** A message that cannot be read is the command's and the server's affair; it is counted and passed on all the same. */
  readonly ask: DnsObserver = (server) => {
    this.#servers.add(canonicalAddress(server));
    this.#counts.queries += 1;
    return (answer, ms) => {
      this.#counts.answered += 1;
      this.#totalMs += ms;
      this.#slowestMs = Math.max(this.#slowestMs, ms);
      if (this.#decode) this.#read(answer, this.#decode);
      else {
        this.#waiting.push(answer);
        this.#loading ??= this.#load();
      }
    };
  };

  /** Who was seen to be asked, by address. */
  get servers(): ReadonlySet<string> {
    return this.#servers;
  }

  /** Names that were asked and resolved to an address, in the order of the questions. */
  namesOf(address: string): readonly string[] {
    return [...(this.#names.get(address) ?? [])];
  }

  /** Waits for what has not been read yet. */
  async settle(): Promise<void> {
    await this.#loading;
  }

  async summary(): Promise<DnsUse> {
    await this.settle();
    const { queries, answered } = this.#counts;
    return {
      ...this.#counts,
      unanswered: queries - answered,
      averageMs: answered === 0 ? null : round(this.#totalMs / answered),
      slowestMs: answered === 0 ? null : round(this.#slowestMs),
    };
  }

  /** Loaded here: only a command that looks names up pays for the decoder. */
  async #load(): Promise<void> {
    const { decodeAnswer } = await import('../../isolation/names/decode-answer.js');
    this.#decode = decodeAnswer;
    for (const answer of this.#waiting.splice(0)) this.#read(answer, decodeAnswer);
  }

  #read(answer: Buffer, decode: Decode): void {
    const decoded = decode(answer);
    if (decoded === undefined || decoded.code === 'NOERROR') {
      for (const address of decoded?.addresses ?? []) this.#remember(address, decoded?.name ?? '');
    } else if (decoded.code === 'NXDOMAIN') this.#counts.notFound += 1;
    else this.#counts.failed += 1;
  }

  #remember(address: string, name: string): void {
    const key = canonicalAddress(address);
    const names = this.#names.get(key);
    if (names) names.add(name);
    else if (this.#names.size < MOST_ADDRESSES) this.#names.set(key, new Set([name]));
  }
}

const round = (ms: number) => Math.round(ms * 100) / 100;
