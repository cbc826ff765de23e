import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Target } from './forward-tcp.js';

/** A peer that was quiet this long is forgotten, as the kernel's connection tracking does (nf_conntrack_udp_timeout_stream). */
const FORGET_AFTER_MS = 120_000;

/** Hands datagrams on to a target and its answers back; each peer has a socket of its own, so that answers find it. */
export function forwardUdp(socket: Socket, { addresses: [address = '127.0.0.1'], port }: Target): Disposable {
  const peers = new Map<string, Peer>();
  socket.on('message', (datagram, from) => {
    const key = `${from.address} ${from.port}`;
    let peer = peers.get(key);
    if (!peer) {
      peer = new Peer(address, port, {
        answer: (message) => socket.send(message, from.port, from.address),
        forget: () => peers.delete(key),
      });
      peers.set(key, peer);
    }
    peer.send(datagram);
  });
  socket.unref();
  return {
    [Symbol.dispose]() {
      socket.close();
      for (const peer of peers.values()) peer.close();
    },
  };
}

type PeerEvents = { readonly answer: (message: Buffer) => void; readonly forget: () => void };

class Peer {
  readonly #upstream: Socket;
  readonly #address: string;
  readonly #port: number;
  readonly #idle: NodeJS.Timeout;
  readonly #forget: () => void;

  constructor(address: string, port: number, { answer, forget }: PeerEvents) {
    this.#address = address;
    this.#port = port;
    this.#forget = forget;
    this.#upstream = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    this.#upstream.unref();
    this.#idle = setTimeout(() => this.close(), FORGET_AFTER_MS).unref();
    this.#upstream.on('message', (message) => {
      this.#idle.refresh();
      answer(message);
    });
    this.#upstream.on('error', () => this.close());
  }

  send(datagram: Buffer): void {
    this.#idle.refresh();
    this.#upstream.send(datagram, this.#port, this.#address);
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#forget();
    try {
      this.#upstream.close();
    } catch {
      // It was closed by its error.
    }
  }
}
