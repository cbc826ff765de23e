import type { Socket } from 'node:dgram';
import type { Server } from 'node:net';
import { forwardTcp } from './forward-tcp.js';
import { forwardUdp } from './forward-udp.js';
import { openInnerSockets } from './inner-sockets.js';

/** The DNS port (RFC 1035). */
const PORT = 53;

/** Where a namespace finds its relay. */
export const INNER_RESOLVER = '127.0.0.1';

/**
 * Answers DNS at the loopback inside by asking a resolver that only this machine itself can reach. Messages pass as they
 * are, over UDP and TCP.
 * @param administer argv that runs what follows it inside, with the rights over the namespace
 * @throws {NetmeterError} SETUP_FAILED
 */
export async function openInnerRelay(administer: readonly string[], server: string): Promise<Disposable> {
  const ports = (['udp', 'tcp'] as const).map((protocol) => ({ port: PORT, protocol }));
  const target = { addresses: [server], port: PORT };
  const sockets = await openInnerSockets(administer, ports);
  const forwarders = sockets.map(({ protocol, handle }) =>
    protocol === 'tcp' ? forwardTcp(handle as Server, target) : forwardUdp(handle as Socket, target),
  );
  return {
    [Symbol.dispose]() {
      for (const forwarder of forwarders) forwarder[Symbol.dispose]();
    },
  };
}
