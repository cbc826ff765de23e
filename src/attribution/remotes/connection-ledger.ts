import type { ConnectionEnds, RemoteRow } from '../../measurement/remotes.js';
import type { Place } from '../place-address.js';
import type { ConnectionTotals, SeenConnections, TcpConnection } from './seen-connections.js';

export type ConnectionOptions = {
  readonly place: Place;
  /** The command's ports that others connect to. */
  readonly ownPorts: ReadonlySet<number>;
  /** Remotes that are kept apart; twice as many may be for a while. */
  readonly most?: number;
};

const MOST = 10_000;

/** Sums up connections by remote and service, as they end. */
export class ConnectionLedger {
  readonly #options: ConnectionOptions;
  readonly #most: number;
  readonly #remotes = new Map<string, ConnectionTotals>();
  #open: ReadonlyMap<string, TcpConnection> = new Map();
  #ended = 0;
  #hasForgotten = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#most = options.most ?? MOST;
  }

  /** Answered connections so far, inner ones too: those that have ended, and those that were listed and have not. */
  get seen(): number {
    return this.#ended + this.#open.size;
  }

  /** @param count so many that ended alike, whose octets are those of all */
  end(connection: TcpConnection, count = 1): void {
    if (!connection.wasAnswered) {
      if (connection.end) this.#add(connection, connection.end, count);
      return;
    }
    this.#ended += count;
    // It was listed a moment before.
    if (this.#open.has(connection.key)) this.#open = new Map([...this.#open].filter(([key]) => key !== connection.key));
    this.#add(connection, 'closed', count);
  }

  /** @param connections all that are open now */
  list(connections: readonly TcpConnection[]): void {
    this.#open = new Map(connections.filter(({ wasAnswered }) => wasAnswered).map((each) => [each.key, each]));
  }

  close(isComplete: boolean): SeenConnections {
    for (const connection of this.#open.values()) this.#add(connection, 'open', 1);
    return {
      isComplete: isComplete && !this.#hasForgotten,
      of: ({ role, address, port }) => this.#remotes.get(keyOf(role, address, port)),
    };
  }

  /** @param kind of one that was not answered, how it ended */
  #add(connection: TcpConnection, kind: 'closed' | 'open' | keyof ConnectionEnds, count: number): void {
    const { role, local, remote, mayCountFin, sent, retransmitted, rttMs } = connection;
    if (this.#options.place(local, remote) !== 'external') return;
    const isServer = role === undefined ? this.#options.ownPorts.has(local.port) : role === 'server';
    const key = isServer ? keyOf('server', remote.address, local.port) : keyOf('client', remote.address, remote.port);
    const totals = this.#of(key);
    if (kind === 'closed' || kind === 'open') totals[kind] += count;
    if (connection.end) totals.ends = withEnd(totals.ends, connection.end, count);
    totals.received += connection.in;
    totals.sent = both(totals.sent, sent);
    totals.fins += mayCountFin ? count : 0;
    totals.retransmitted = both(totals.retransmitted, retransmitted);
    totals.rttMs = Math.min(totals.rttMs ?? Infinity, rttMs ?? Infinity);
    if (totals.rttMs === Infinity) totals.rttMs = undefined;
  }

  #of(key: string): ConnectionTotals {
    const known = this.#remotes.get(key);
    if (known) return known;
    if (this.#remotes.size >= 2 * this.#most) this.#forgetSmallest();
    const totals: ConnectionTotals = {
      closed: 0,
      open: 0,
      received: 0,
      fins: 0,
      sent: 0,
      retransmitted: 0,
      rttMs: undefined,
      ends: undefined,
    };
    this.#remotes.set(key, totals);
    return totals;
  }

  /** Who is left out here has no row, most likely: those are the largest. */
  #forgetSmallest(): void {
    this.#hasForgotten = true;
    const bySize = [...this.#remotes].sort(([, a], [, b]) => sizeOf(b) - sizeOf(a));
    for (const [key] of bySize.slice(this.#most)) this.#remotes.delete(key);
  }
}

const NO_ENDS: ConnectionEnds = { finished: 0, aborted: 0, refused: 0, unanswered: 0 };

const withEnd = (ends = NO_ENDS, end: keyof ConnectionEnds, count: number) => ({ ...ends, [end]: ends[end] + count });

const both = (one: number | undefined, other: number | undefined) =>
  one === undefined || other === undefined ? undefined : one + other;

const sizeOf = ({ received, sent = 0 }: ConnectionTotals) => received + sent;

const keyOf = (role: RemoteRow['role'], address: string, port: number | null) => `${role} ${address} ${port}`;
