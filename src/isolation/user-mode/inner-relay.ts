import type { Socket } from 'node:dgram';
import type { Server } from 'node:net';
import { DNS_PORT } from '../../linux/ip/service-ports.js';
import { DnsRelay } from '../names/dns-relay.js';
import type { Relayed } from '../names/relayed.js';
import { openInnerSockets } from '../ports/inner-sockets.js';
import type { Administer } from '../tools/programs/administer.js';

/** Where a namespace finds its relay. */
export const INNER_RESOLVER = '127.0.0.1';

/**
 * Answers DNS at the loopback inside by asking a resolver that only this machine itself can reach.
 * @throws {NetmeterError} SETUP_FAILED
 */
export async function openInnerRelay(administer: Administer, relayed: Relayed): Promise<DnsRelay> {
  const ports = (['udp', 'tcp'] as const).map((protocol) => ({ port: DNS_PORT, protocol }));
  const sockets = await openInnerSockets(administer, ports);
  const handles = (protocol: 'udp' | 'tcp') =>
    sockets.filter((socket) => socket.protocol === protocol).map(({ handle }) => handle);
  return new DnsRelay({ udp: handles('udp') as Socket[], tcp: handles('tcp') as Server[] }, relayed);
}
