import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { execPath } from 'node:process';
import { isErrno } from '../../../linux/linux-error.js';
import { NetworkNamespace } from '../../../linux/namespace.js';
import { Nftables } from '../../../linux/netlink/netfilter/nftables.js';
import { NETLINK_NETFILTER, NETLINK_SOCK_DIAG, NetlinkSocket } from '../../../linux/netlink/socket.js';
import { receiveDescriptors, socketPair } from '../../../linux/pass-descriptors.js';
import { INNER_SOCKETS_WORD, ownFile } from '../../../own-file.js';
import { answerOf } from '../holders/answer-of.js';
import type { Administer } from '../programs/administer.js';

/**
 * A scope's users: of nftables what counts remotes, leads look-ups, counts ports, hears of refusals, refuses; of sock_diag
 * what hears of connections' ends, lists these, samples sockets, finds bypasses.
 */
const USERS = [...Array(5).fill(NETLINK_NETFILTER), ...Array(4).fill(NETLINK_SOCK_DIAG)] as readonly number[];

type Inside = {
  readonly administer: Administer;
  readonly exempt?: ((pid: number) => Disposable) | undefined;
  /** How long the process inside may take. */
  readonly atMostMs?: number;
};

const MOST_MS = 30_000;

/** Gives a socket of a netlink protocol; undefined: none is left. */
type Source = (protocol: number) => NetlinkSocket | undefined;

/** Netlink sockets in a command's namespace, one for each user: while a list is read from it, it is good for nothing else. */
export class InnerNetlink implements Disposable {
  readonly #next: Source;
  /** Whose owner is this. */
  readonly #own = new Set<Disposable>();

  /** Those of a process' namespace, for root, who may enter it. */
  static of(pid: number): InnerNetlink {
    return new InnerNetlink((protocol) => {
      using namespace = NetworkNamespace.open(`/proc/${pid}/ns/net`);
      return namespace.inside(() => NetlinkSocket.open(protocol));
    });
  }

  /** Those of a namespace of netmeter's own. */
  static in(namespace: NetworkNamespace): InnerNetlink {
    return new InnerNetlink((protocol) => namespace.inside(() => NetlinkSocket.open(protocol)));
  }

  /**
   * Those of a namespace that netmeter itself may not enter (setns(2) refuses a user namespace to a process with threads): a
   * process inside opens some and hands them over. They keep the rights that they were made with.
   * @returns with none where they cannot be had
   */
  static async handedOver({ administer, exempt, atMostMs = MOST_MS }: Inside): Promise<InnerNetlink> {
    const [ours, theirs] = socketPair('dgram');
    const sockets: Handed[] = [];
    try {
      const child = administer((enter) => {
        const [file = '', ...words] = [...enter, execPath, ownFile(), INNER_SOCKETS_WORD, ...USERS.map(String)];
        return spawn(file, words, { stdio: ['ignore', 'ignore', 'ignore', theirs], env: {} });
      });
      using _ = child.pid === undefined ? undefined : exempt?.(child.pid);
      const ended = answerOf({ pids: [child.pid], atMostMs }, once(child, 'exit'), (reason) => new Error(reason));
      await ended.catch(() => child.kill('SIGKILL'));
      sockets.push(...receiveSockets(ours));
    } finally {
      for (const fd of [ours, theirs]) closeSync(fd);
    }
    const next: Source = (protocol) => {
      const at = sockets.findIndex((each) => each.protocol === protocol);
      return at < 0 ? undefined : sockets.splice(at, 1)[0]?.socket;
    };
    const given = sockets.map(({ socket }) => socket);
    return new InnerNetlink(next, given);
  }

  private constructor(next: Source, given: readonly NetlinkSocket[] = []) {
    this.#next = next;
    for (const socket of given) this.#own.add(socket);
  }

  /** Closed with this. @throws {LinuxError} setns, socket */
  nftables(): Nftables | undefined {
    const socket = this.#next(NETLINK_NETFILTER);
    if (!socket) return undefined;
    this.#own.delete(socket);
    const nftables = new Nftables(socket);
    this.#own.add(nftables);
    return nftables;
  }

  /** The caller's to close. @throws {LinuxError} setns, socket */
  sockDiag(): NetlinkSocket | undefined {
    const socket = this.#next(NETLINK_SOCK_DIAG);
    if (socket) this.#own.delete(socket);
    return socket;
  }

  [Symbol.dispose](): void {
    for (const socket of this.#own) socket[Symbol.dispose]();
    this.#own.clear();
  }
}

type Handed = { readonly protocol: number; readonly socket: NetlinkSocket };

/** None where the process inside could not be started, or could open none. */
function receiveSockets(fd: number): Handed[] {
  try {
    const { data, descriptors } = receiveDescriptors(fd);
    const protocols = USERS.filter((_, index) => data[index] === 1);
    return descriptors.flatMap((descriptor, index) => {
      const protocol = protocols[index];
      return protocol === undefined ? [] : [{ protocol, socket: NetlinkSocket.adopt(descriptor) }];
    });
  } catch (error) {
    if (isErrno(error, 'EAGAIN')) return [];
    throw error;
  }
}
