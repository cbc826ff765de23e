import type { SeenConnections } from '../../attribution/remotes/seen-connections.js';
import type { Boundary } from '../../boundary.js';
import type { Scope } from '../../isolation/scope.js';
import type { Place } from '../../linux/bpf/program-slot.js';
import type { Protocol } from '../../measurement/traffic.js';

/** What hears of ends. */
type Ends = Disposable & {
  /** @param expected connections that were made in the namespace; null: not known */
  finish(expected: number | null): Promise<SeenConnections>;
};

/** Listens for the ends of the command's connections: in its own namespace to all, else to those of its control group. */
export class ConnectionWatch implements Disposable {
  readonly #ownPorts: ReadonlySet<number>;
  readonly #boundary: Boundary;
  #ends: Promise<Ends | undefined> = Promise.resolve(undefined);
  #knowsRtt = true;
  #isOver = false;

  /** For the moment at which the scope has begun to be made: what is needed is loaded beside that. */
  constructor(ownPorts: readonly number[], boundary: Boundary) {
    this.#boundary = boundary;
    this.#ownPorts = new Set(ownPorts);
  }

  /** Before the command is started, so that no end is missed. @param group a descriptor of the tree's control group, or what runs programs for it */
  async ready(scope: Scope, group: number | Place | undefined): Promise<void> {
    // What carries an ordinary user's packets answers by itself, at once.
    this.#knowsRtt = scope.isolation.kind !== 'user-mode';
    this.#ends = this.#boundary.attempt('connections', () => this.#start(scope, group), undefined);
    await this.#ends;
  }

  /** When nothing of the command's is left. @returns undefined where nothing could be heard */
  async finish(made: Protocol['tcp']): Promise<SeenConnections | undefined> {
    const seen = await (await this.#ends)?.finish(madeConnections(made));
    this.#isOver = true;
    if (!seen || this.#knowsRtt) return seen;
    return {
      ...seen,
      of: (remote) => {
        const found = seen.of(remote);
        return found && { ...found, rttMs: undefined };
      },
    };
  }

  [Symbol.dispose](): void {
    if (!this.#isOver) void this.#ends.then((ends) => ends?.[Symbol.dispose]());
  }

  async #start(scope: Scope, group: number | Place | undefined): Promise<Ends | undefined> {
    switch (scope.isolation.kind) {
      case 'veth':
      case 'user-mode': {
        const { ClosedConnections } = await import('../../evidence/connections/closed-connections.js');
        return ClosedConnections.start({ scope, ownPorts: this.#ownPorts });
      }
      case 'host':
      case 'join': {
        if (group === undefined) return undefined;
        const { TreeConnections } = await import('../../evidence/connections/tree-connections.js');
        return TreeConnections.start(scope, group);
      }
      // Nothing leads out.
      case 'offline':
        return undefined;
      default:
        return scope.isolation satisfies never;
    }
  }
}

/** Connections that were answered, by the kernel's counters. */
function madeConnections({ connectionsOpened, connectionsAccepted, connectionsFailed }: Protocol['tcp']) {
  if (connectionsOpened === null || connectionsAccepted === null || connectionsFailed === null) return null;
  return connectionsOpened + connectionsAccepted - connectionsFailed;
}
