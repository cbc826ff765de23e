import { setTimeout as pause } from 'node:timers/promises';
import { placeBy } from '../../attribution/place-address.js';
import { ConnectionLedger } from '../../attribution/remotes/connection-ledger.js';
import type { SeenConnections } from '../../attribution/remotes/seen-connections.js';
import type { Scope } from '../../isolation/scope.js';
import { LinuxError } from '../../linux/linux-error.js';
import { listenOn, type NetlinkEvents } from '../../linux/netlink/events.js';
import { decodeSocket, SKNLGRP } from '../../linux/netlink/sock-diag.js';
import { connectionOf, listConnections } from './tcp-connections.js';

export type ConnectionWatchOptions = {
  readonly scope: Pick<Scope, 'sockDiag' | 'hostAddresses'>;
  /** The command's ports of TCP that others connect to. */
  readonly ownPorts: ReadonlySet<number>;
};

/** The kernel reports an end a little later, through a queue of its own; when nothing comes so long, nothing will. */
const QUIET_MS = 50;
const AT_MOST_MS = 1000;
const POLL_MS = 5;

/**
 * Hears of each connection of TCP that ends in a namespace, with the kernel's last word on it, by sock_diag(7)'s destroy
 * events there. They name no process, so that in a namespace that others live in too they could not be distinguished from the
 * command's; there is no watch there.
 */
export class ClosedConnections implements Disposable {
  readonly #scope: ConnectionWatchOptions['scope'];
  readonly #ledger: ConnectionLedger;
  readonly #subscription: Disposable;
  /** Events are missing. */
  #isBroken = false;
  #heardAt = 0;

  /** From now on each end is heard. @returns undefined where the kernel reports none */
  static async start(options: ConnectionWatchOptions): Promise<ClosedConnections | undefined> {
    // It is the subscription's from now on.
    const diag = await options.scope.sockDiag();
    if (!diag) return undefined;
    try {
      return new ClosedConnections(options, diag.fd);
    } catch (error) {
      if (error instanceof LinuxError) return undefined;
      throw error;
    }
  }

  private constructor({ scope, ownPorts }: ConnectionWatchOptions, fd: number) {
    this.#scope = scope;
    this.#ledger = new ConnectionLedger({ place: placeBy(scope.hostAddresses ?? []), ownPorts });
    const groups = [SKNLGRP.INET_TCP_DESTROY, SKNLGRP.INET6_TCP_DESTROY];
    this.#subscription = listenOn(fd, groups, (events) => this.#hear(events), { unref: true });
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
    if (!hasAll()) await this.#list();
    const isComplete = hasAll() && !this.#isBroken;
    this[Symbol.dispose]();
    return this.#ledger.close(isComplete);
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }

  #hear({ messages, lost }: NetlinkEvents): void {
    this.#isBroken ||= lost;
    this.#heardAt = performance.now();
    for (const message of messages) this.#ledger.end(connectionOf(decodeSocket(message)));
  }

  /** What is still open. */
  async #list(): Promise<void> {
    using diag = await this.#scope.sockDiag();
    if (diag) this.#ledger.list(listConnections(diag).map((socket) => connectionOf(socket)));
    else this.#isBroken = true;
  }
}
