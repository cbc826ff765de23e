import type { ConnectionEnds, RemoteRow } from '../../measurement/remotes.js';
import type { ListedConnection } from '../processes/sampled-ledger.js';

/** A connection of TCP with what the kernel's tcp_info (<linux/tcp.h>) says of it, so far or at its end. */
export type TcpConnection = ListedConnection & {
  /** `in` may have the peer's FIN in it, as one octet too many: at a connection's end nothing says any more. */
  readonly mayCountFin: boolean;
  /** Who opened it; undefined: it is known by the port. */
  readonly role?: 'client' | 'server';
  /** Octets of payload that this side sent, each once; undefined: not known to the octet. */
  readonly sent: number | undefined;
  /** Octets of payload that this side retransmitted. */
  readonly retransmitted: number | undefined;
  /** The smallest round trip that was measured: what waiting in queues, and delayed acknowledgements, have not made longer. */
  readonly rttMs: number | undefined;
  /** The other side has said something: a refused connect is none. */
  readonly wasAnswered: boolean;
  /** How it ended; undefined: it has not, or that is not known. */
  readonly end?: keyof ConnectionEnds;
};

/** All connections with one remote and service. */
export type ConnectionTotals = {
  /** Whose end was seen, and that were still there at the end. */
  closed: number;
  open: number;
  /** Payload without repetitions; `fins` of the received octets, at most, are none. */
  received: number;
  fins: number;
  sent: number | undefined;
  retransmitted: number | undefined;
  rttMs: number | undefined;
  /** Undefined: it is not known how connections end. */
  ends: Readonly<ConnectionEnds> | undefined;
};

type RemoteName = Pick<RemoteRow, 'role' | 'address' | 'port'>;

/** What was seen of the command's connections with the outside. */
export type SeenConnections = {
  /** None is missing. */
  readonly isComplete: boolean;
  /** Undefined: nothing was seen of it. */
  readonly of: (remote: RemoteName) => Readonly<ConnectionTotals> | undefined;
};
