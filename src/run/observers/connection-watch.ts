import type { SeenConnections } from '../../attribution/remotes/connection-ledger.js';
import type { Boundary } from '../../boundary.js';
import type { ClosedConnections } from '../../evidence/closed-connections.js';
import type { Scope } from '../../isolation/scope.js';
import type { Protocol } from '../../measurement/traffic.js';

/** Listens for the ends of the command's connections, where they are its own alone. */
export class ConnectionWatch implements Disposable {
  readonly #module = import('../../evidence/closed-connections.js');
  readonly #ownPorts: ReadonlySet<number>;
  readonly #boundary: Boundary;
  #closed: Promise<ClosedConnections | undefined> = Promise.resolve(undefined);
  #tellsRtt = true;
  #isOver = false;

  /** For the moment at which the scope has begun to be made: what is needed is loaded beside that. */
  constructor(ownPorts: readonly number[], boundary: Boundary) {
    this.#boundary = boundary;
    this.#ownPorts = new Set(ownPorts);
  }

  /** Before the command is started, so that no end is missed. */
  async ready(scope: Scope): Promise<void> {
    // What carries an ordinary user's packets answers by itself, at once.
    this.#tellsRtt = scope.isolation.kind !== 'user-mode';
    this.#closed = this.#boundary.attempt('connections', () => this.#start(scope), undefined);
    await this.#closed;
  }

  /** When nothing of the command's is left. @returns undefined where nothing could be heard */
  async finish(made: Protocol['tcp']): Promise<SeenConnections | undefined> {
    const seen = await (await this.#closed)?.finish(madeConnections(made));
    this.#isOver = true;
    if (!seen || this.#tellsRtt) return seen;
    return {
      ...seen,
      of: (remote) => {
        const found = seen.of(remote);
        return found && { ...found, rttMs: undefined };
      },
    };
  }

  [Symbol.dispose](): void {
    if (!this.#isOver) void this.#closed.then((closed) => closed?.[Symbol.dispose]());
  }

  async #start(scope: Scope): Promise<ClosedConnections | undefined> {
    // Offline nothing ends, and where others live too the command's could not be told apart.
    if (scope.isolation.kind !== 'veth' && scope.isolation.kind !== 'user-mode') return undefined;
    const { ClosedConnections } = await this.#module;
    return ClosedConnections.start({ scope, ownPorts: this.#ownPorts });
  }
}

/** Connections that were answered, by the kernel's counters. */
function madeConnections({ connectionsOpened, connectionsAccepted, connectionsFailed }: Protocol['tcp']) {
  if (connectionsOpened === null || connectionsAccepted === null || connectionsFailed === null) return null;
  return connectionsOpened + connectionsAccepted - connectionsFailed;
}
