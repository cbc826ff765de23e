import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { execPath } from 'node:process';
import { createInterface } from 'node:readline';
import { NetworkNamespace } from '../../linux/namespace.js';
import { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import { takeDescriptor } from '../../linux/pidfd.js';
import { INNER_SOCKETS_WORD, ownFile } from './own-file.js';

/** A scope's users of nftables: what counts remotes, leads look-ups, counts ports, hears of refusals, refuses. */
const SOCKETS = 5;

type Inside = {
  /** argv that runs what follows it inside, with the rights over the namespace. */
  readonly administer: readonly string[];
  readonly exempt?: ((pid: number) => Disposable) | undefined;
};

/** Sockets of nftables in a command's namespace. All that were taken are closed with this. */
export class InnerNftables implements Disposable {
  readonly #next: () => Nftables | undefined;
  readonly #taken: Nftables[] = [];

  /** Those of a process' namespace, for root, who may enter it. */
  static of(pid: number): InnerNftables {
    return new InnerNftables(() => {
      using namespace = NetworkNamespace.open(`/proc/${pid}/ns/net`);
      return namespace.inside(() => Nftables.open());
    });
  }

  /** Those of a namespace of netmeter's own. */
  static in(namespace: NetworkNamespace): InnerNftables {
    return new InnerNftables(() => namespace.inside(() => Nftables.open()));
  }

  /**
   * Those of a namespace that netmeter itself may not enter (setns(2) refuses a user namespace to a process with threads): a
   * process inside opens some, and ends as soon as they are ours too. They keep the rights that they were made with.
   * @returns with none where they cannot be had
   */
  static async handedOver({ administer, exempt }: Inside): Promise<InnerNftables> {
    const [file = '', ...words] = [...administer, execPath, ownFile(), INNER_SOCKETS_WORD, `${SOCKETS}`];
    const child = spawn(file, words, { stdio: ['pipe', 'pipe', 'ignore'], env: {} });
    using _ = child.pid === undefined ? undefined : exempt?.(child.pid);
    const gone = once(child, 'exit').catch(() => {});
    const sockets = await descriptorsOf(child).catch(() => []);
    child.stdin?.end();
    await gone;
    return new InnerNftables(() => sockets.pop(), sockets);
  }

  private constructor(next: () => Nftables | undefined, given: readonly Nftables[] = []) {
    this.#next = next;
    this.#taken.push(...given);
  }

  /** One for each user: while a list is read from it, it is good for nothing else. @throws {LinuxError} setns, socket */
  take(): Nftables | undefined {
    const taken = this.#next();
    if (taken && !this.#taken.includes(taken)) this.#taken.push(taken);
    return taken;
  }

  [Symbol.dispose](): void {
    for (const socket of this.#taken.splice(0)) socket[Symbol.dispose]();
  }
}

async function descriptorsOf({ pid, stdin, stdout }: ChildProcess): Promise<Nftables[]> {
  stdin?.on('error', () => {});
  if (pid === undefined || !stdout) return [];
  for await (const line of createInterface({ input: stdout }))
    return line.split(' ').map((fd) => Nftables.adopt(takeDescriptor(pid, Number(fd))));
  return [];
}
