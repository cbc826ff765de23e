import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket as TcpSocket } from 'node:net';
import { Transform } from 'node:stream';
import { askResolver, failureOf, type Resolver } from './ask-resolver.js';
import type { DnsAdmitter, DnsObserver } from './dns-exchange.js';
import { DnsFrames, framed } from './dns-frames.js';

/** The DNS port (RFC 1035). */
export const DNS_PORT = 53;

/** A crawler asks hundreds of questions at once; the kernel gives as much of this as the host allows. */
const RECEIVE_BUFFER = 1 << 20;

/** A port that is free for UDP may be taken for TCP. */
const MAX_TRIES = 5;

export type RelayOptions = Relayed & {
  /** Of the host, where the namespace reaches it. */
  readonly address: string;
  /** 0: any that is free. */
  readonly port: number;
};

/** Who is asked for whom, and who looks on. */
export type Relayed = {
  readonly server: Resolver;
  readonly observe?: DnsObserver | undefined;
  /** Answers of our own; undefined: the server is asked. */
  readonly answer?: (question: Buffer) => Promise<Buffer | undefined>;
  readonly admit?: DnsAdmitter | undefined;
  /** Whose questions are answered, by address; everybody's by default. */
  readonly clients?: readonly string[] | undefined;
};

/** Where questions come in. */
export type RelaySockets = { readonly udp: readonly Socket[]; readonly tcp: readonly Server[] };

/**
 * Passes DNS on between the namespace and one resolver of the host. Messages go as they are, with every record type, over
 * UDP and TCP; who observes sees each question with its answer.
 */
export class DnsRelay implements Disposable {
  readonly #sockets: RelaySockets;

  /** Serves sockets that listen already, and are the relay's from now on. */
  constructor(sockets: RelaySockets, options: Relayed) {
    this.#sockets = sockets;
    const isClient = (address: string | undefined) => options.clients?.includes(address ?? '') ?? true;
    for (const udp of sockets.udp) {
      udp.unref().on('message', (question, from) => {
        if (isClient(from.address)) void answerQuestion(udp, question, from, options);
      });
      // A client that is gone cannot be answered, and that is all.
      udp.on('error', () => {});
    }
    for (const tcp of sockets.tcp) {
      tcp.unref().on('connection', (client) => {
        if (isClient(client.remoteAddress)) relayStream(client, options);
        else client.destroy();
      });
    }
  }

  get address(): string {
    return this.#sockets.udp[0]?.address().address ?? '';
  }

  get port(): number {
    return this.#sockets.udp[0]?.address().port ?? 0;
  }

  /** @returns undefined when the port is taken: a resolver that listens everywhere answers there itself */
  static async open(options: RelayOptions): Promise<DnsRelay | undefined> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const relay = await DnsRelay.#listen(options);
      if (relay) return relay;
      if (options.port !== 0) return undefined;
    }
    return undefined;
  }

  static async #listen(options: RelayOptions): Promise<DnsRelay | undefined> {
    const type = options.address.includes(':') ? 'udp6' : 'udp4';
    const udp = createSocket({ type, recvBufferSize: RECEIVE_BUFFER });
    const tcp = createServer({ allowHalfOpen: true });
    try {
      udp.bind(options.port, options.address);
      await once(udp, 'listening');
      tcp.listen(udp.address().port, options.address);
      await once(tcp, 'listening');
      return new DnsRelay({ udp: [udp], tcp: [tcp] }, options);
    } catch (error) {
      udp.close();
      if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
      throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const socket of [...this.#sockets.udp, ...this.#sockets.tcp]) socket.close();
  }
}

async function answerQuestion(relay: Socket, question: Buffer, from: RemoteInfo, options: Relayed) {
  const { server, observe, admit, answer: own } = options;
  const start = performance.now();
  const answer = (await own?.(question)) ?? (await askResolver(question, server));
  observe?.({ question, answer: answer === 'refused' ? undefined : answer, ms: performance.now() - start });
  if (answer === undefined) return;
  if (answer !== 'refused') await admit?.(answer).catch(() => {});
  try {
    relay.send(answer === 'refused' ? failureOf(question) : answer, from.port, from.address);
  } catch {
    // The run is over and the relay closed: nobody waits for this answer.
  }
}

function relayStream(client: TcpSocket, { server, observe, admit }: Relayed): void {
  const upstream = connect({ port: server.port, host: server.address, allowHalfOpen: true });
  if (observe) observeStreams(client, upstream, observe);
  client.pipe(upstream);
  if (admit) upstream.pipe(admittedFrames(admit)).pipe(client);
  else upstream.pipe(client);
  for (const end of [client, upstream]) {
    end.unref();
    end.on('error', () => [client, upstream].forEach((socket) => void socket.destroy()));
  }
}

/** Holds each message of a stream back until it is admitted. */
function admittedFrames(admit: DnsAdmitter): Transform {
  const whole: Buffer[] = [];
  const frames = new DnsFrames((message) => whole.push(message));
  return new Transform({
    async transform(chunk: Buffer, _, done) {
      frames.data(chunk);
      for (const message of whole.splice(0)) {
        await admit(message).catch(() => {});
        this.push(framed(message));
      }
      done();
    },
  });
}

/** Answers may come in another order than the questions: they have the same identifier (RFC 7766, 7). */
function observeStreams(client: TcpSocket, upstream: TcpSocket, observe: DnsObserver): void {
  const asked = new Map<number, { question: Buffer; at: number }>();
  const questions = new DnsFrames((question) => {
    if (question.length >= 2) asked.set(question.readUInt16BE(0), { question, at: performance.now() });
  });
  const answers = new DnsFrames((answer) => {
    const id = answer.length < 2 ? -1 : answer.readUInt16BE(0);
    const waiting = asked.get(id);
    asked.delete(id);
    if (waiting) observe({ question: waiting.question, answer, ms: performance.now() - waiting.at });
  });
  client.on('data', (chunk: Buffer) => questions.data(chunk));
  upstream.on('data', (chunk: Buffer) => answers.data(chunk));
}
