import { placeBy } from '../../attribution/place-address.js';
import { ConnectionLedger } from '../../attribution/remotes/connection-ledger.js';
import type { SeenConnections, TcpConnection } from '../../attribution/remotes/seen-connections.js';
import type { Scope } from '../../isolation/scope.js';
import type { Place } from '../../linux/bpf/program-slot.js';
import type { NetlinkSocket } from '../../linux/netlink/socket.js';
import { type ConnectionEnd, ConnectionEnds } from '../../observe/connections/connection-ends.js';
import { endedConnections } from './ended-connections.js';
import { connectionOf, listConnections } from './tcp-connections.js';

/** How often sums and lists are read again because a connection ended between the two. */
const READINGS = 10;

type Found = {
  readonly open: readonly TcpConnection[];
  readonly ends: readonly ConnectionEnd[];
  readonly isWhole: boolean;
};

/** The connections of the command's tree, by a program at its control group, where others live in the namespace too. */
export class TreeConnections implements Disposable {
  readonly #scope: Pick<Scope, 'sockDiag' | 'hostAddresses'>;
  readonly #ends: ConnectionEnds;

  /** From now on each end is counted. @param group a descriptor of the tree's control group, or what runs programs for it. @returns undefined where none can be */
  static start(scope: Pick<Scope, 'sockDiag' | 'hostAddresses'>, group: number | Place): TreeConnections | undefined {
    const ends = ConnectionEnds.attach(group);
    return ends && new TreeConnections(scope, ends);
  }

  private constructor(scope: Pick<Scope, 'sockDiag' | 'hostAddresses'>, ends: ConnectionEnds) {
    this.#scope = scope;
    this.#ends = ends;
  }

  /** When nothing of the command's is left. */
  async finish(): Promise<SeenConnections> {
    const ledger = new ConnectionLedger({ place: placeBy(this.#scope.hostAddresses ?? []), ownPorts: new Set() });
    const { open, ends, isWhole } = await this.#read();
    const isComplete = isWhole && this.#ends.lost === 0;
    this[Symbol.dispose]();
    ledger.list(open);
    for (const end of ends) ledger.end(endedConnections(end), end.count);
    return ledger.close(isComplete);
  }

  [Symbol.dispose](): void {
    this.#ends[Symbol.dispose]();
  }

  async #read(): Promise<Found> {
    if (this.#ends.open().size === 0) return { open: [], ends: this.#ends.sums(), isWhole: true };
    using diag = await this.#scope.sockDiag();
    for (let reading = 1; ; reading++) {
      const before = this.#ends.open();
      const open = diag ? openOf(diag, before) : [];
      const ends = this.#ends.sums();
      const after = this.#ends.open();
      // Of those that were listed none is in a sum.
      const isStill = [...before.keys()].every((cookie) => after.has(cookie));
      if (isStill || reading === READINGS) return { open, ends, isWhole: isStill && diag !== undefined };
    }
  }
}

const openOf = (diag: NetlinkSocket, roles: ReturnType<ConnectionEnds['open']>): TcpConnection[] =>
  listConnections(diag).flatMap((socket) => {
    const role = roles.get(socket.cookie);
    return role ? [{ ...connectionOf(socket), role }] : [];
  });
