import { connect, type Server, type Socket } from 'node:net';
import type { Boundary, Part } from '../../boundary.js';
import { shareOfFiles } from '../tools/share-of-files.js';

/** Where connections go: the addresses are tried in turn. */
type Target = { readonly addresses: readonly string[]; readonly port: number };

/** A target, and where the exceptions of what hands on to it end, under which name. */
export type Forwarding = Target & { readonly part: Part; readonly boundary: Boundary };

/** Each connection takes two descriptors; one beyond the share is closed at once: those that a report needs are not to be had. */
const PART = 1 / 8;

/** Hands each connection of a listening socket on to a target, half-closed ends and resets included. */
export function forwardTcp(server: Server, { addresses, port, part, boundary }: Forwarding): Disposable {
  server.maxConnections = shareOfFiles(PART);
  const open = new Set<Socket>();
  const take = (client: Socket) => {
    // Data waits until the other side is there.
    client.pause();
    open.add(client);
    client.once('close', () => open.delete(client));
    client.on('error', () => client.destroy());
    tryInTurn(client, addresses, port);
  };
  // Where no descriptor is left to accept with, the client hears of it.
  server.on('connection', boundary.guard(part, take)).on('error', () => {});
  server.unref();
  return {
    [Symbol.dispose]() {
      server.close();
      for (const client of open) client.resetAndDestroy();
    },
  };
}

function tryInTurn(client: Socket, [address, ...others]: readonly string[], port: number): void {
  if (address === undefined) {
    // Nobody listens: as near to a refused connection as one gets that was accepted already.
    client.resetAndDestroy();
    return;
  }
  const upstream = connect({ host: address, port, allowHalfOpen: true });
  const next = () => tryInTurn(client, others, port);
  upstream.once('error', next);
  upstream.once('connect', () => {
    upstream.off('error', next);
    if (client.destroyed) upstream.on('error', () => {}).destroy();
    else join(client, upstream);
  });
}

function join(client: Socket, upstream: Socket): void {
  // A socket that came by a listener without this option would be closed with its peer's end.
  client.allowHalfOpen = true;
  upstream.on('error', () => client.resetAndDestroy());
  client.once('close', () => upstream.destroy());
  client.pipe(upstream).pipe(client);
}
