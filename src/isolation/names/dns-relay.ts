import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { openDeviceSocket } from '../../linux/device-socket.js';
import { isErrno } from '../../linux/linux-error.js';
import { shareOfFiles } from '../tools/share-of-files.js';
import { asItIs } from './as-it-is.js';
import { BoundedResolver, failureOf } from './ask-resolver.js';
import { hasDropped } from './has-dropped.js';
import { relayStream } from './relay-stream.js';
import type { Relayed } from './relayed.js';
import { reportQuestion } from './report-question.js';

/** A crawler asks hundreds of questions at once; the kernel gives as much of this as the host allows. */
const RECEIVE_BUFFER = 1 << 20;

/** A port that is free for UDP may be taken for TCP. */
const MAX_TRIES = 5;

/** Each takes two descriptors; more are closed at once. */
const mostStreams = () => Math.min(256, shareOfFiles(1 / 32));

/** Questions that wait for an answer, each with a socket of its own; more are lost, as datagrams are. */
const mostQuestions = () => Math.min(4096, shareOfFiles(1 / 16));

export type RelayOptions = Relayed & {
  /** Of the host, where the namespace reaches it. */
  readonly address: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Questions come in by this device alone; undefined: by whatever leads to the address. */
  readonly device?: string | undefined;
};

/** Where questions come in. */
export type RelaySockets = { readonly udp: readonly Socket[]; readonly tcp: readonly Server[] };

/**
 * Passes DNS on between the namespace and one resolver of the host. Messages go as they are, with every record type, over
 * UDP and TCP; who observes sees each question with its answer. No message ends it.
 */
export class DnsRelay implements Disposable {
  readonly #sockets: RelaySockets;

  /** Serves sockets that listen already, and are the relay's from now on. */
  constructor(sockets: RelaySockets, options: Relayed) {
    this.#sockets = sockets;
    const { boundary, isClient = () => true } = options;
    const resolver = new BoundedResolver(options.server, mostQuestions());
    for (const udp of sockets.udp) {
      const take = boundary.guard('relay', (question: Buffer, from: RemoteInfo) =>
        isClient(from, 'udp') ? answerQuestion({ udp, resolver }, question, from, options) : undefined,
      );
      // A client that is gone cannot be answered, and that is all.
      udp
        .unref()
        .on('message', take)
        .on('error', () => {});
    }
    for (const tcp of sockets.tcp) {
      tcp.maxConnections = mostStreams();
      tcp.unref().on('connection', (client) => {
        client.on('error', () => client.destroy());
        const { remoteAddress: address = '', remotePort: port = 0 } = client;
        const isOurs = boundary.attemptNow('relay', () => isClient({ address, port }, 'tcp'), false);
        if (isOurs) boundary.guard('relay', relayStream)(client, options);
        else client.destroy();
      });
      // No descriptor was left to accept with: the client hears of it.
      tcp.on('error', () => {});
    }
  }

  /** Whether there was room for all that came, as far as the kernel's list of sockets says. */
  get isWhole(): boolean {
    return !hasDropped(this);
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
    const udp = createSocket({ type, recvBufferSize: RECEIVE_BUFFER, lookup: asItIs });
    const tcp = createServer({ allowHalfOpen: true });
    try {
      await Promise.all([once(udp, 'listening'), bindDatagrams(udp, options)]);
      await Promise.all([once(tcp, 'listening'), listenForStreams(tcp, options, udp.address().port)]);
      return new DnsRelay({ udp: [udp], tcp: [tcp] }, options);
    } catch (error) {
      udp.close();
      if (isErrno(error, 'EADDRINUSE') || (error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
      throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const socket of [...this.#sockets.udp, ...this.#sockets.tcp]) socket.close();
  }
}

/** A socket of Node's own cannot be bound to a device before it is bound to an address. */
function bindDatagrams(udp: Socket, { device, address, port }: RelayOptions): void {
  if (device === undefined) udp.bind(port, address);
  else udp.bind({ fd: openDeviceSocket('udp', { device, address, port }), exclusive: true });
}

function listenForStreams(tcp: Server, { device, address }: RelayOptions, port: number): void {
  if (device === undefined) tcp.listen(port, address);
  else tcp.listen({ fd: openDeviceSocket('tcp', { device, address, port }) });
}

type Asking = { readonly udp: Socket; readonly resolver: BoundedResolver };

async function answerQuestion({ udp, resolver }: Asking, question: Buffer, from: RemoteInfo, options: Relayed) {
  const { admit, answer: own, boundary } = options;
  const answered = reportQuestion(options);
  const answer = own?.(question) ?? (await resolver.ask(question));
  if (answer === undefined) return;
  if (answer !== 'refused') {
    answered(answer);
    await boundary.attempt('relay', () => admit?.(answer), undefined);
  }
  try {
    udp.send(answer === 'refused' ? failureOf(question) : answer, from.port, from.address);
  } catch {
    // The run is over and the relay closed: nobody waits for this answer.
  }
}
