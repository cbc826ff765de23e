import { type Connection, isClosing, leadsOutside, parseConnections } from '../../../counters/connections.js';
import { subtract } from '../../../counters/delta.js';
import type { Snapshot } from '../../../counters/snapshot.js';
import type { HeldCounterFiles } from '../../../counters/take-held-files.js';
import { takeSnapshot } from '../../../counters/take-snapshot.js';
import type { Contamination } from '../../../measurement/isolation.js';
import { idleOctets } from '../../../traffic/shared/idle-octets.js';
import { type Milliseconds, milliseconds } from '../../../units.js';
import { gradeOf } from './contamination.js';
import { type Idle, together, watchIdle } from './watch-idle.js';

/** A namespace that others live in too, and how long it shall be watched without the command. */
export type SharedNamespace = {
  readonly files: HeldCounterFiles;
  /** The devices to the outside. */
  readonly devices: readonly string[];
  readonly idle: Milliseconds;
  /** Inodes of the sockets of the command's tree; undefined: it may not be looked into. */
  readonly ownSockets: () => ReadonlySet<string> | undefined;
  /** The same as long as no thread of the tree has run; undefined: it may run. */
  readonly stillness: () => string | undefined;
  readonly signal?: AbortSignal | undefined;
};

export const SOCKETS = ['tcp', 'tcp6', 'udp', 'udp6'] as const;
/** ESTABLISHED, SYN_SENT, CLOSE_WAIT. */
const IN_USE = new Set(['01', '02', '08']);
const LISTEN = '0A';

/** Looks for what else uses a shared namespace: before the command, beside it, and after its tree has ended. */
export class OtherUsers {
  readonly #shared: SharedNamespace;
  readonly #foreign: Set<string>;
  /** Connections of others that were closing when the command started. */
  readonly #closing: ReadonlySet<string>;
  /** What moved while the command did not run. */
  #idle: Idle;
  #stopped: { readonly mark: string; readonly snapshot: Snapshot } | undefined;

  private constructor(shared: SharedNamespace, idle: Idle) {
    this.#shared = shared;
    this.#idle = idle;
    this.#foreign = new Set(this.#list().filter(isForeign).map(key));
    this.#closing = new Set(this.#list().filter(isClosing).map(key));
  }

  /** Watches the namespace for `idle` milliseconds without the command. */
  static async look(shared: SharedNamespace): Promise<OtherUsers> {
    return new OtherUsers(shared, await watchIdle(shared));
  }

  /** Connections that a program has closed since the start and that may still send: the command's, as far as is known. */
  stillClosing(): number {
    return this.#list().filter((each) => isClosing(each) && !this.#closing.has(key(each))).length;
  }

  /** Looks who else has connections while the command runs. */
  lookBeside(): void {
    const seen = this.#list().filter(isForeign);
    const own = this.#shared.ownSockets();
    this.#watchStopped(own);
    if (!own) return;
    // What was closed since the first look may have been the tree's.
    const still = new Set(this.#list().map(({ inode }) => inode));
    for (const each of seen) {
      if (each.inode !== undefined && !own.has(each.inode) && still.has(each.inode)) this.#foreign.add(key(each));
    }
  }

  /** Watches again, after the command's tree has ended, and judges. @param moved external octets during the run. null: unknown */
  async grade(moved: number | null): Promise<Contamination> {
    const again = await watchIdle(this.#shared);
    for (const connection of this.#list().filter(isForeign)) this.#foreign.add(key(connection));
    const { octets, ms } = together(this.#idle, again);
    const seen = { idleOctets: octets, idleMs: milliseconds(ms), foreignConnections: this.#foreign.size };
    return gradeOf(seen, moved);
  }

  /**
   * What moves while the tree is stopped and has no connection of its own is somebody else's. With one it could be the
   * kernel's, which goes on receiving and acknowledging for a stopped program.
   */
  #watchStopped(own: ReadonlySet<string> | undefined): void {
    const { files, devices, stillness } = this.#shared;
    const mark = own && !this.#hasConnection(own) ? stillness() : undefined;
    const snapshot = mark === undefined ? undefined : takeSnapshot(files, () => performance.now());
    if (snapshot && this.#stopped && this.#stopped.mark === mark) {
      const delta = subtract(this.#stopped.snapshot, snapshot);
      this.#idle = together(this.#idle, { octets: idleOctets(devices, delta), ms: Math.round(delta.elapsedMs) });
    }
    this.#stopped = mark !== undefined && snapshot ? { mark, snapshot } : undefined;
  }

  #hasConnection(own: ReadonlySet<string>): boolean {
    const isOwn = ({ inode }: Connection) => inode !== undefined && own.has(inode);
    return this.stillClosing() > 0 || this.#list().some((each) => isOwn(each) && each.state !== LISTEN);
  }

  #list(): Connection[] {
    return SOCKETS.flatMap((file) => parseConnections(this.#shared.files.read(file) ?? ''));
  }
}

const key = ({ local, remote }: Connection) => `${local} ${remote}`;
const isForeign = (each: Connection) => each.inode !== undefined && IN_USE.has(each.state) && leadsOutside(each);
