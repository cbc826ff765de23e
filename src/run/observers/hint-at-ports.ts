import type { Boundary } from '../../boundary.js';
import { hostPorts } from '../../isolation/ports/listening-ports.js';
import type { HostPort } from '../../isolation/ports/ports.js';
import type { RefusalWatch } from '../../isolation/ports/refusal-watch.js';
import type { Scope } from '../../isolation/scope.js';
import type { Warning } from '../../measurement/measurement.js';
import type { Protocol } from '../../measurement/traffic.js';
import type { CgroupMeter } from '../../observe/meter/cgroup-meter.js';
import { Later } from './later.js';

/** A command that is over sooner has hardly looked for a service, and shall not wait for the hint's tools. */
const AFTER_MS = 8;

export type PortHintOptions = {
  readonly scope: Scope;
  /** Has seen each connect from the first on; without it rules in the namespace see those that come after them. */
  readonly sockets: Pick<CgroupMeter, 'connections'> | undefined;
  /** Ports that are the host's inside too. */
  readonly offered: readonly HostPort[];
  readonly boundary: Boundary;
};

/** Finds out whether the command looked for a service of the host at its own loopback. */
export class PortHint {
  readonly #options: PortHintOptions;
  readonly #watch: Promise<RefusalWatch | undefined>;
  readonly #later: Later | undefined;
  readonly #leaveOut: () => void;

  constructor(options: PortHintOptions) {
    this.#options = options;
    let settle: (watch?: Promise<RefusalWatch | undefined>) => void = () => {};
    this.#watch = new Promise((resolve) => {
      settle = resolve;
    });
    this.#leaveOut = () => settle();
    if (options.sockets || !isOwn(options.scope)) return;
    const begin = () => start(options.scope, this.#offered);
    this.#later = new Later(AFTER_MS, () => settle(options.boundary.attempt('hints', begin, undefined)));
  }

  /** From now on nothing is to be begun any more. */
  async settle(): Promise<void> {
    this.#later?.[Symbol.dispose]();
    this.#leaveOut();
    await this.#watch;
  }

  /** Asks only where a connect failed at all. */
  async warnings({ tcp }: Protocol): Promise<Warning[]> {
    using watch = await this.#watch;
    if (!tcp.connectionsFailed || !isOwn(this.#options.scope)) return [];
    const ports = await this.#options.boundary.attempt('hints', () => watch?.refused() ?? this.#seen(), []);
    return ports.map((port) => ({
      code: 'HOST_PORT_REFUSED',
      message: `the command was refused at its own 127.0.0.1:${port}, where the host listens: did you mean --host-port ${port}?`,
    }));
  }

  /** Ports at which the tree was refused, and the host would have heard it. */
  #seen(): number[] {
    const refused = this.#options.sockets?.connections.refusedPorts ?? [];
    if (refused.length === 0) return [];
    const heard = new Set(hostPorts());
    return refused.filter((port) => heard.has(port) && !this.#offered.includes(port));
  }

  get #offered(): number[] {
    return this.#options.offered.filter(({ protocol }) => protocol === 'tcp').map(({ port }) => port);
  }
}

/** In the host's namespace, and in another's, loopback is what it was. */
const isOwn = ({ isolation }: Scope) => isolation.kind !== 'host' && isolation.kind !== 'join';

async function start(scope: Scope, offered: readonly number[]): Promise<RefusalWatch | undefined> {
  const nftables = await scope.nftables?.();
  if (nftables === undefined) return undefined;
  const { RefusalWatch } = await import('../../isolation/ports/refusal-watch.js');
  return RefusalWatch.start(nftables, offered);
}
