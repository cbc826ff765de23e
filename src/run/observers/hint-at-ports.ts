import type { Boundary } from '../../boundary.js';
import type { HostPort } from '../../isolation/ports/ports.js';
import type { RefusalWatch } from '../../isolation/ports/refusal-watch.js';
import type { Scope } from '../../isolation/scope.js';
import type { Warning } from '../../measurement/measurement.js';
import type { Protocol } from '../../measurement/traffic.js';
import { Later } from './later.js';

/** A command that is over sooner has hardly looked for a service, and shall not wait for the hint's tools. */
const AFTER_MS = 8;

/** Finds out whether the command looked for a service of the host at its own loopback. */
export class PortHint {
  readonly #watch: Promise<RefusalWatch | undefined>;
  readonly #later: Later;
  readonly #leaveOut: () => void;
  readonly #boundary: Boundary;

  constructor(scope: Scope, offered: readonly HostPort[], boundary: Boundary) {
    this.#boundary = boundary;
    let settle: (watch?: Promise<RefusalWatch | undefined>) => void = () => {};
    this.#watch = new Promise((resolve) => {
      settle = resolve;
    });
    this.#later = new Later(AFTER_MS, () => settle(boundary.attempt('hints', () => start(scope, offered), undefined)));
    this.#leaveOut = () => settle();
  }

  /** From now on nothing is to be begun any more. */
  async settle(): Promise<void> {
    this.#later[Symbol.dispose]();
    this.#leaveOut();
    await this.#watch;
  }

  /** Asks only where a connect failed at all. */
  async warnings({ tcp }: Protocol): Promise<Warning[]> {
    using watch = await this.#watch;
    const refused = () => (tcp.connectionsFailed ? (watch?.refused() ?? []) : []);
    const ports = await this.#boundary.attempt('hints', refused, []);
    return ports.map((port) => ({
      code: 'HOST_PORT_REFUSED',
      message: `the command was refused at its own 127.0.0.1:${port}, where the host listens: did you mean --host-port ${port}?`,
    }));
  }
}

/** In the host's namespace, and in another's, loopback is what it was. */
async function start(scope: Scope, offered: readonly HostPort[]): Promise<RefusalWatch | undefined> {
  const { kind } = scope.isolation;
  const nftables = kind === 'host' || kind === 'join' ? undefined : await scope.nftables?.();
  if (nftables === undefined) return undefined;
  const { RefusalWatch } = await import('../../isolation/ports/refusal-watch.js');
  const ports = offered.filter(({ protocol }) => protocol === 'tcp').map(({ port }) => port);
  return RefusalWatch.start(nftables, ports);
}
