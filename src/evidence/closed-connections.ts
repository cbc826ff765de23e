import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { placeBy } from '../attribution/place-address.js';
import { ConnectionLedger, type SeenConnections } from '../attribution/remotes/connection-ledger.js';
import type { Scope } from '../isolation/scope.js';
import { asAccount } from '../isolation/tools/as-account.js';
import { lookFor } from '../isolation/tools/find-tools.js';
import { parseSocketLine } from './parse-ss.js';

export type ConnectionWatchOptions = {
  readonly scope: Pick<Scope, 'administer' | 'hostAddresses'> & { readonly exempt: NonNullable<Scope['exempt']> };
  /** The command's ports of TCP that others connect to. */
  readonly ownPorts: ReadonlySet<number>;
};

/** The kernel tells an end a little later, through a queue of its own; when nothing comes so long, nothing will. */
const QUIET_MS = 50;
const AT_MOST_MS = 1000;
const POLL_MS = 5;

/** A list of so many connections is not read to its end. */
const MAX_LIST_BYTES = 64 << 20;

/** Nothing of the caller's environment: it may run with other rights. */
const ENVIRONMENT = { LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

/**
 * Hears of each connection of TCP that ends in a namespace, with the kernel's last word on it: ss(8) listens to
 * sock_diag(7)'s destroy events there. They name no process, so that in a namespace that others live in too they could
 * not be told from the command's; there is no watch there.
 */
export class ClosedConnections implements Disposable {
  readonly #options: ConnectionWatchOptions;
  readonly #ss: string;
  readonly #ledger: ConnectionLedger;
  readonly #child: ChildProcess;
  readonly #gone: Promise<unknown>;
  #exempted: Disposable | undefined;
  /** Events may be missing: ss has complained, or ended. */
  #isBroken = false;
  #isOver = false;
  #rest = '';
  #heardAt = 0;

  /** 2 ms; some 10 ms later the first event can be heard. @returns undefined where ss or what it takes is missing */
  static start(options: ConnectionWatchOptions): ClosedConnections | undefined {
    const [ss, stdbuf, setpriv] = ['ss', 'stdbuf', 'setpriv'].map((tool) => lookFor(tool));
    // Into a pipe ss writes a page at a time, and nothing makes it write the last one.
    if (ss === undefined || stdbuf === undefined || setpriv === undefined) return undefined;
    return new ClosedConnections(options, { ss, stdbuf, setpriv });
  }

  private constructor(
    options: ConnectionWatchOptions,
    { ss, stdbuf, setpriv }: Record<'ss' | 'stdbuf' | 'setpriv', string>,
  ) {
    const { scope, ownPorts } = options;
    this.#options = options;
    this.#ss = ss;
    this.#ledger = new ConnectionLedger({ place: placeBy(scope.hostAddresses ?? []), ownPorts });
    const [file = '', ...words] = [
      ...scope.administer(),
      ...asAccount(setpriv, undefined),
      stdbuf,
      '-oL',
      ss,
      '-tineEHO',
    ];
    // Apart from the terminal: ^C is for the command.
    const child = spawn(file, words, { stdio: ['ignore', 'pipe', 'pipe'], env: ENVIRONMENT, detached: true });
    this.#child = child;
    if (child.pid !== undefined) this.#exempted = scope.exempt(child.pid);
    this.#gone = once(child, 'exit').catch(() => {});
    void this.#gone.then(() => this.#ended());
    child.stdout.setEncoding('latin1').on('data', (text: string) => this.#hear(text));
    // `netlink receive error No buffer space available`: the kernel had more than ss could take.
    child.stderr.setEncoding('latin1').on('data', (text: string) => {
      this.#isBroken ||= text.includes('netlink');
    });
    child.unref();
    for (const stream of [child.stdout, child.stderr]) (stream as Socket).unref();
  }

  /**
   * When nothing of the command's is left. Returns at once when all ends were heard.
   * @param expected connections that were made in the namespace; null: not known
   */
  async finish(expected: number | null): Promise<SeenConnections> {
    const hasAll = () => expected !== null && this.#ledger.seen >= expected;
    const from = performance.now();
    this.#heardAt = from;
    for (let now = from; !hasAll() && !this.#isBroken; now = performance.now()) {
      if (now - this.#heardAt >= QUIET_MS || now - from >= AT_MOST_MS) break;
      await pause(POLL_MS);
    }
    if (!hasAll()) this.#ledger.list(await this.#list());
    const isComplete = hasAll() && !this.#isBroken;
    this.#child.ref();
    this[Symbol.dispose]();
    await this.#gone;
    return this.#ledger.close(isComplete);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#child.kill('SIGKILL');
  }

  #hear(text: string): void {
    this.#heardAt = performance.now();
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const connection = parseSocketLine(line);
      if (connection) this.#ledger.end(connection);
    }
  }

  async #list() {
    const [file = '', ...words] = [...this.#options.scope.administer(), this.#ss, '-tineHO'];
    const options = { maxBuffer: MAX_LIST_BYTES, env: ENVIRONMENT };
    const listing = await promisify(execFile)(file, words, options).catch(() => undefined);
    return (listing?.stdout ?? '').split('\n').flatMap((line) => parseSocketLine(line) ?? []);
  }

  #ended(): void {
    this.#exempted?.[Symbol.dispose]();
    if (!this.#isOver) this.#isBroken = true;
  }
}
