import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, isIPv6, type Server } from 'node:net';

/** The DNS port (RFC 1035), of the relay and of whom it asks. */
const PORT = 53;
/** As long as resolv.conf's own default for a question. */
const ANSWER_WITHIN_MS = 5000;

/**
 * Asks the host's own resolver for the namespace, where that only answers on a loopback address. Messages pass as they
 * are: every record type, over UDP and TCP.
 */
export class DnsRelay implements Disposable {
  readonly #udp: Socket;
  readonly #tcp: Server;

  private constructor(udp: Socket, tcp: Server) {
    this.#udp = udp;
    this.#tcp = tcp;
  }

  /**
   * Listens on an address of the host's end of the link.
   * @param server whom to ask: resolv.conf's first nameserver
   * @returns undefined when the port is taken, by a resolver that listens everywhere and so answers there itself
   */
  static async open(address: string, server: string): Promise<DnsRelay | undefined> {
    const udp = createSocket('udp4');
    const tcp = createServer((client) => {
      const upstream = connect(PORT, server);
      client.pipe(upstream).pipe(client);
      for (const end of [client, upstream])
        end.on('error', () => [client, upstream].forEach((socket) => void socket.destroy()));
    });
    udp.on('message', (question, from) => ask(udp, question, from, server));
    try {
      udp.bind(PORT, address);
      await once(udp, 'listening');
      tcp.listen(PORT, address);
      await once(tcp, 'listening');
    } catch (error) {
      udp.close();
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
      throw error;
    }
    udp.unref();
    tcp.unref();
    return new DnsRelay(udp, tcp);
  }

  [Symbol.dispose](): void {
    this.#udp.close();
    this.#tcp.close();
  }
}

/** One question, one socket: the kernel pairs the answer with it. */
function ask(relay: Socket, question: Buffer, from: RemoteInfo, server: string): void {
  const upstream = createSocket(isIPv6(server.replace(/%.*$/, '')) ? 'udp6' : 'udp4');
  const timer = setTimeout(() => upstream.close(), ANSWER_WITHIN_MS).unref();
  const finish = () => {
    clearTimeout(timer);
    upstream.close();
  };
  upstream.once('error', finish);
  upstream.once('message', (answer) => {
    finish();
    try {
      relay.send(answer, from.port, from.address);
    } catch {
      // The run is over and the relay closed: nobody waits for this answer.
    }
  });
  upstream.send(question, PORT, server);
}
