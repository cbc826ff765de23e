import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { shareOfFiles } from '../tools/share-of-files.js';
import type { Forwarding } from './forward-tcp.js';

/** A peer that was quiet this long is forgotten, as the kernel's connection tracking does (nf_conntrack_udp_timeout_stream). */
const FORGET_AFTER_MS = 120_000;

/** Each has a descriptor. For one more the oldest is forgotten: a flood shall not take those that a report needs. */
const mostPeers = () => Math.min(1024, shareOfFiles(1 / 16));

/** Hands datagrams on to a target and its answers back; each peer has a socket of its own, so that answers find it. */
export function forwardUdp(socket: Socket, forwarding: Forwarding): Disposable {
  const {
    addresses: [address = '127.0.0.1'],
    port,
    part,
    boundary,
  } = forwarding;
  const most = mostPeers();
  const peers = new Map<string, Peer>();
  const peerFor = (from: RemoteInfo): Peer => {
    const key = `${from.address} ${from.port}`;
    const known = peers.get(key);
    if (known) return known;
    if (peers.size >= most) peers.values().next().value?.close();
    const peer = new Peer(address, port, {
      answer: boundary.guard(part, (message: Buffer) => socket.send(message, from.port, from.address)),
      forget: () => peers.delete(key),
    });
    peers.set(key, peer);
    return peer;
  };
  // Nobody can be answered at port 0 (RFC 768), which is where such a datagram says that it comes from.
  const take = (datagram: Buffer, from: RemoteInfo) => (from.port === 0 ? undefined : peerFor(from).send(datagram));
  // An answer that cannot be sent is lost, as any datagram may be.
  socket.on('message', boundary.guard(part, take)).on('error', () => {});
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
