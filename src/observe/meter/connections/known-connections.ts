import type { InetSocket } from '../../../linux/netlink/sock-diag.js';
import type { Maps } from '../meter-maps.js';
import { number } from '../number.js';
import type { OrphanTrace } from '../orphans/trace-orphans.js';
import { readConnections } from '../read-maps.js';
import { connectionKey, keyOfSocket } from './connection-key.js';
import { refusedAtLoopback } from './refused-ports.js';

/** TCP connections of a tree, as the programs remember them, and how many may have had packets that met no socket. */
export class KnownConnections {
  readonly #maps: Maps;
  readonly #cpus: number;
  /** Connections that were there before. */
  #adopted = 0;
  /** Connections that were over before packets without a socket were seen; undefined: these are not. */
  #closedUnseen: number | undefined;
  /** No datagram had come or gone by then. */
  #seesLate = false;
  #orphans: OrphanTrace | undefined;

  constructor(maps: Maps, cpus: number) {
    this.#maps = maps;
    this.#cpus = cpus;
  }

  /**
   * From now on packets without a socket are seen.
   * @param seesLate no datagram has come or gone so far, and the ports of all sockets are known
   */
  watchOrphans(orphans: OrphanTrace, seesLate: boolean): void {
    this.#orphans = orphans;
    this.#seesLate = seesLate;
    this.#closedUnseen = readConnections(this.#maps, this.#cpus).closed;
  }

  /** Remembers a connection that was there before. */
  adopt(connection: Pick<InetSocket, 'family' | 'id'>): void {
    this.#maps.connections.update(keyOfSocket(connection), number(1));
    this.#adopted += 1;
  }

  /** Whether a connection is, or was, the tree's. */
  owns(connection: Pick<InetSocket, 'family' | 'id'>): boolean {
    return this.#maps.connections.lookup(keyOfSocket(connection)) !== undefined;
  }

  /** The same. @param local and remote as /proc/PID/net/tcp has them */
  knows(local: string, remote: string): boolean {
    return this.#maps.connections.lookup(connectionKey(local, remote)) !== undefined;
  }

  /** Those that the tree had, or has opened or accepted, so far. */
  get opened(): number {
    return this.#adopted + readConnections(this.#maps, this.#cpus).opened;
  }

  /** Connections, at most, of which packets may have come, or gone, when they were no socket any more, without being counted. */
  get unseen(): number {
    const closed = this.#closedUnseen ?? this.opened - readConnections(this.#maps, this.#cpus).refused;
    return closed + (this.#orphans?.missed ?? 0);
  }

  /**
   * IP octets of datagrams, at most, that came for sockets of the tree's that were closed. null: nobody has seen them, and the
   * kernel's counters alone say how many came for nobody.
   */
  get late(): number | null {
    if (!this.#seesLate || !this.#orphans || this.#orphans.missed > 0) return null;
    return readConnections(this.#maps, this.#cpus).late;
  }

  /** Ports of loopback where nobody listened for the tree. */
  get refusedPorts(): readonly number[] {
    return readConnections(this.#maps, this.#cpus).refused === 0 ? [] : refusedAtLoopback(this.#maps.connections);
  }
}
