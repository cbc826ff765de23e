import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIPv6 } from 'node:net';
import type { Boundary } from '../../boundary.js';
import { NetmeterError } from '../../errors.js';
import { type Forwarding, forwardTcp } from './forward-tcp.js';
import { forwardUdp } from './forward-udp.js';
import { type PublishedPort, portName } from './ports.js';

/**
 * Listens on published ports here: so that nobody else gets them meanwhile, and that this machine's own peers, those on
 * 127.0.0.1 too, reach the command.
 */
export class PublishedPorts implements Disposable {
  readonly #forwarders: readonly Disposable[];

  private constructor(forwarders: readonly Disposable[]) {
    this.#forwarders = forwarders;
  }

  /**
   * @param addresses of the namespace, as this machine reaches it
   * @throws {NetmeterError} PORT_TAKEN
   */
  static async open(
    published: readonly PublishedPort[],
    addresses: readonly string[],
    boundary: Boundary,
  ): Promise<PublishedPorts> {
    const opened: Disposable[] = [];
    try {
      for (const port of published) {
        for (const address of port.address === undefined ? ANY : [port.address]) {
          opened.push(await listen(port, address, { addresses, port: port.inner, part: 'published-ports', boundary }));
        }
      }
      return new PublishedPorts(opened);
    } catch (error) {
      for (const forwarder of opened) forwarder[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const forwarder of this.#forwarders) forwarder[Symbol.dispose]();
  }
}

const ANY = ['0.0.0.0', '::'] as const;

const NOTHING: Disposable = { [Symbol.dispose]() {} };

async function listen(port: PublishedPort, address: string, forwarding: Forwarding): Promise<Disposable> {
  // A client of one family may well be sent to an address of the other.
  const sameFirst = [...forwarding.addresses].sort(
    (a, b) => Number(isIPv6(b) === isIPv6(address)) - Number(isIPv6(a) === isIPv6(address)),
  );
  const target = { ...forwarding, addresses: sameFirst };
  try {
    return port.protocol === 'tcp'
      ? forwardTcp(await tcp(port.host, address), target)
      : forwardUdp(await udp(port.host, address), target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A machine without IPv6 has no :: to listen on.
    if (address === '::' && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT')) return NOTHING;
    const [reason, cure] = REASONS.get(code) ?? [code ?? String(error)];
    const name = portName(port.host, port.protocol);
    throw new NetmeterError('PORT_TAKEN', `port ${name} of ${address} cannot be published: ${reason}`, {
      ...(cure !== undefined && { cure }),
      cause: error,
    });
  }
}

/** What the kernel says to who wants to listen: the reason, and its cure where no other port is one. */
const REASONS: ReadonlyMap<unknown, readonly [reason: string, cure?: string]> = new Map([
  ['EADDRINUSE', ['it is taken']],
  [
    'EADDRNOTAVAIL',
    [
      'this machine does not have that address',
      "Give an address of this machine's ('ip address' lists them), or none: then all of them are meant.",
    ],
  ],
  ['EACCES', ['this user may not listen on it', 'Choose a port from 1024 on, or run netmeter as root.']],
]);

async function tcp(port: number, host: string) {
  const server = createServer({ allowHalfOpen: true });
  server.listen({ port, host, ipv6Only: true });
  await once(server, 'listening');
  return server;
}

async function udp(port: number, address: string): Promise<Socket> {
  const socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', ipv6Only: isIPv6(address) });
  socket.bind(port, address);
  try {
    await once(socket, 'listening');
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}
