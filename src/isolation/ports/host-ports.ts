import type { Socket } from 'node:dgram';
import type { Server } from 'node:net';
import type { Boundary } from '../../boundary.js';
import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import type { Warning } from '../../measurement/measurement.js';
import type { WireReading } from '../scope.js';
import type { Administer } from '../tools/programs/administer.js';
import { forwardTcp } from './forward-tcp.js';
import { forwardUdp } from './forward-udp.js';
import { type InnerSocket, openInnerSockets } from './inner-sockets.js';
import { PortCounters } from './port-counters.js';
import type { HostPort } from './ports.js';

/** Where the host's services are looked for. */
const ON_HOST = ['127.0.0.1', '::1'] as const;

/**
 * Ports of the host's loopback at the loopback inside: netmeter listens there and hands on, so that the service sees a
 * client on 127.0.0.1, ::1 works too, and nothing of the host is rerouted. A port that the command itself listens on is
 * taken then, which bind() says, instead of being shadowed.
 */
export class HostPorts implements Disposable {
  readonly warnings: readonly Warning[];
  readonly #forwarders: readonly Disposable[];
  readonly #counters: PortCounters | undefined;

  private constructor(sockets: readonly InnerSocket[], counters: PortCounters | undefined, boundary: Boundary) {
    this.#forwarders = sockets.map((socket) => forward(socket, boundary));
    this.#counters = counters;
    this.warnings = counters ? [] : [UNCOUNTED];
  }

  /**
   * @param options.nftables of the namespace, where they can be had
   * @throws {NetmeterError} SETUP_FAILED: a port inside is taken; INTERRUPTED
   */
  static async open(
    ports: readonly HostPort[],
    administer: Administer,
    { nftables, boundary, signal }: Opening,
  ): Promise<HostPorts> {
    const [sockets, opened] = await Promise.all([openInnerSockets(administer, ports, signal), nftables]);
    return new HostPorts(sockets, PortCounters.attach(opened, ports), boundary);
  }

  /** What passed to and from the host's services. */
  async read(): Promise<WireReading> {
    const counted = this.#counters?.read();
    return { 'host-port.in': counted?.fromHost, 'host-port.out': counted?.toHost };
  }

  [Symbol.dispose](): void {
    for (const forwarder of this.#forwarders) forwarder[Symbol.dispose]();
    this.#counters?.[Symbol.dispose]();
  }
}

type Opening = {
  readonly nftables: Promise<Nftables | undefined>;
  readonly boundary: Boundary;
  readonly signal?: AbortSignal | undefined;
};

const UNCOUNTED: Warning = {
  code: 'HOST_PORTS_UNCOUNTED',
  message: 'the traffic of --host-port is counted as loopback: nftables may not count inside',
};

function forward({ protocol, port, handle }: InnerSocket, boundary: Boundary): Disposable {
  const target = { addresses: ON_HOST, port, part: 'host-ports', boundary } as const;
  return protocol === 'tcp' ? forwardTcp(handle as Server, target) : forwardUdp(handle as Socket, target);
}
