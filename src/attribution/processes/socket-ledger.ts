import type { Place } from '../place-address.js';
import type { RemoteLedger } from '../remotes/remote-ledger.js';
import type { PayloadClass, ProcessRecord } from './process-record.js';
import type { SocketKey, TraceEvent } from './trace-event.js';
import {
  CLOSE,
  ESTABLISHED,
  FIN_WAIT1,
  isOther,
  LAST_ACK,
  LISTEN,
  nameOf,
  SYN_RECV,
  SYN_SENT,
  type TracedSocket,
  type Turned,
  WITH_STATES,
} from './traced-socket.js';

/** More sockets than this are not remembered at once. */
const MAX_OPEN = 65_536;
const MAX_CLOSED = 4096;

type Received = Extract<TraceEvent, { kind: 'moved' }>;

/**
 * Tells each send and receive where it went. A connect shows a socket's addresses before its first byte, an accepted
 * connection often only when it is closed: bytes wait for them. The kernel uses a closed socket's place again, at once.
 */
export class SocketLedger {
  readonly #open = new Map<SocketKey, TracedSocket>();
  /** What they have received may still be read. */
  readonly #closed = new Map<SocketKey, TracedSocket>();
  readonly #place: Place;
  readonly #remotes: RemoteLedger;

  constructor(place: Place, remotes: RemoteLedger) {
    this.#place = place;
    this.#remotes = remotes;
  }

  moved(record: ProcessRecord, { socket: key, protocol, way, bytes }: Received): void {
    if (!WITH_STATES.has(protocol)) {
      count(record, 'unplaced', way, bytes);
      return;
    }
    const socket = this.#known(key, protocol);
    if (socket.remote && !socket.closing) {
      this.#settle(record, socket, way, bytes);
      return;
    }
    socket.pending ??= new Map();
    const waiting = socket.pending.get(record);
    if (waiting) {
      waiting[way] += bytes;
      return;
    }
    socket.pending.set(record, { in: 0, out: 0, [way]: bytes });
    record.waiting++;
  }

  /** @param record whose connect it is, if it is one */
  turned(record: ProcessRecord | undefined, event: Turned): void {
    const { socket: key, from, to, protocol, local, remote } = event;
    if (to === SYN_SENT || to === SYN_RECV || to === LISTEN) {
      this.#forget(key);
      if (to === SYN_SENT) this.#connecting(record, event);
      return;
    }
    if (from === LISTEN || (from === SYN_SENT && to === CLOSE)) {
      this.#forget(key);
      return;
    }
    const socket = this.#known(key, protocol);
    if (from === SYN_RECV && to === ESTABLISHED) socket.side = 'accepted';
    if (isOther(socket, event)) {
      // What waited came after the end of the connection that we know.
      socket.side = 'accepted';
      socket.closing = false;
      socket.target = undefined;
      this.#closed.delete(key);
      this.#open.set(key, socket);
    }
    socket.local = local;
    socket.remote = remote;
    this.#flush(socket);
    if (to === FIN_WAIT1 || to === LAST_ACK || to === CLOSE) socket.closing = true;
    if (to === CLOSE) this.#retire(key, socket);
  }

  /** What still waits belongs to what is known. */
  close(): void {
    for (const socket of [...this.#open.values(), ...this.#closed.values()]) this.#flush(socket);
  }

  #connecting(record: ProcessRecord | undefined, { socket: key, protocol, local, remote }: Turned): void {
    const socket = this.#known(key, protocol);
    Object.assign(socket, { side: 'connected', local, remote });
    if (!record || protocol !== 6) return;
    (record.folded ?? record).connects++;
    this.#remotes.accountOf(record, nameOf(socket, remote)).connections++;
  }

  #known(key: SocketKey, protocol: number): TracedSocket {
    const found = this.#open.get(key) ?? this.#closed.get(key);
    if (found?.protocol === protocol) return found;
    this.#forget(key);
    const [oldest] = this.#open.size >= MAX_OPEN ? this.#open.keys() : [];
    if (oldest !== undefined) this.#forget(oldest);
    const socket: TracedSocket = {
      protocol,
      // A connect would have been seen.
      side: 'accepted',
      local: undefined,
      remote: undefined,
      closing: false,
      pending: undefined,
      target: undefined,
    };
    this.#open.set(key, socket);
    return socket;
  }

  #retire(key: SocketKey, socket: TracedSocket): void {
    this.#open.delete(key);
    const [oldest] = this.#closed.size >= MAX_CLOSED ? this.#closed.keys() : [];
    if (oldest !== undefined) this.#forget(oldest);
    this.#closed.set(key, socket);
  }

  #forget(key: SocketKey): void {
    for (const sockets of [this.#open, this.#closed]) {
      const socket = sockets.get(key);
      if (socket) this.#flush(socket);
      sockets.delete(key);
    }
  }

  #flush(socket: TracedSocket): void {
    if (!socket.pending) return;
    for (const [record, moved] of socket.pending) {
      record.waiting--;
      for (const way of ['in', 'out'] as const) if (moved[way] > 0) this.#settle(record, socket, way, moved[way]);
    }
    socket.pending = undefined;
  }

  #settle(record: ProcessRecord, socket: TracedSocket, way: 'in' | 'out', bytes: number): void {
    const { local, remote } = socket;
    if (!local || !remote) {
      count(record, 'unplaced', way, bytes);
      return;
    }
    if (socket.target?.record !== record) {
      const account = this.#remotes.accountOf(record, nameOf(socket, remote));
      // Several processes may use one accepted connection; it is the first one's.
      if (socket.side === 'accepted' && !socket.target) account.connections++;
      socket.target = { record, where: this.#place(local, remote), account };
    }
    const { where, account } = socket.target;
    count(record, where, way, bytes);
    (account.folded ?? account)[way] += bytes;
  }
}

function count(record: ProcessRecord, where: PayloadClass, way: 'in' | 'out', bytes: number): void {
  (record.folded ?? record).payload[where][way] += bytes;
}
