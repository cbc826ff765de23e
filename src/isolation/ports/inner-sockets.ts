import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:dgram';
import type { Server } from 'node:net';
import { execPath } from 'node:process';
import { NetmeterError } from '../../errors.js';
import { answerOf } from '../tools/holders/answer-of.js';
import type { Administer } from '../tools/programs/administer.js';
import { type HostPort, portName } from './ports.js';

/** A socket that listens inside a namespace and is ours to serve. */
export type InnerSocket = HostPort & { readonly address: string; readonly handle: Server | Socket };

/** How long it may keep us waiting: of a socket that we have no descriptor for Node says nothing. */
const MOST_MS = 30_000;

/** What the process inside runs: opens each socket and hands it to us, the one way in which Node gets a socket elsewhere. */
const SCRIPT = `
const net = require('node:net'), dgram = require('node:dgram');
for (const wanted of JSON.parse(process.argv[1])) {
  const { port, protocol, address } = wanted;
  const failed = (error) => process.send({ ...wanted, error: error.code });
  if (protocol === 'tcp') {
    const server = net.createServer();
    server.on('error', failed);
    server.listen({ port, host: address, ipv6Only: true }, () => process.send(wanted, server));
  } else {
    const socket = dgram.createSocket(address === '::1' ? { type: 'udp6', ipv6Only: true } : 'udp4');
    socket.on('error', failed);
    socket.bind(port, address, () => process.send(wanted, socket));
  }
}
process.once('disconnect', () => process.exit(0));
`;

const LOOPBACK = ['127.0.0.1', '::1'] as const;

type Answer = HostPort & { readonly address: string; readonly error?: string };

/**
 * Listens on ports of the loopback inside.
 * @param signal aborted: nobody waits for them any more
 * @throws {NetmeterError} SETUP_FAILED, INTERRUPTED
 */
export async function openInnerSockets(
  administer: Administer,
  ports: readonly HostPort[],
  signal?: AbortSignal,
): Promise<InnerSocket[]> {
  const wanted = ports.flatMap((port) => LOOPBACK.map((address) => ({ ...port, address })));
  const child = administer((enter) => {
    const [file = '', ...rest] = [...enter, execPath, '-e', SCRIPT, JSON.stringify(wanted)];
    // Nothing of the caller's environment: it may run as another user.
    return spawn(file, rest, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env: {}, serialization: 'json' });
  });
  try {
    const opened = collect(child, wanted.length, signal);
    return await answerOf({ pids: [child.pid], atMostMs: MOST_MS }, opened, failed);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    if (child.connected) child.disconnect();
  }
}

const failed = (reason: string) =>
  new NetmeterError('SETUP_FAILED', `the host’s ports could not be offered: ${reason}`);

function collect(child: ChildProcess, count: number, signal: AbortSignal | undefined): Promise<InnerSocket[]> {
  const opened: InnerSocket[] = [];
  let answered = 0;
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new NetmeterError('SETUP_FAILED', reason));
    const interrupt = () => reject(new NetmeterError('INTERRUPTED', 'interrupted before the command started'));
    if (signal?.aborted) interrupt();
    signal?.addEventListener('abort', interrupt, { once: true });
    child.once('error', (error) => reject(failed(error.message)));
    child.once('exit', () => reject(failed('the process inside has ended')));
    child.on('message', (message, handle) => {
      const { error, ...socket } = message as Answer;
      if (handle) opened.push({ ...socket, handle: handle as Server | Socket });
      // Without IPv6 there is no ::1.
      else if (socket.address === '127.0.0.1' || error !== 'EADDRNOTAVAIL')
        fail(
          `port ${portName(socket.port, socket.protocol)} cannot be offered at ${socket.address} inside: ${error === 'EADDRINUSE' ? 'it is taken there' : error}`,
        );
      answered += 1;
      if (answered === count) resolve(opened);
    });
  });
}
