import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { execPath, env as ownEnvironment } from 'node:process';
import { fileURLToPath } from 'node:url';
import { NetmeterError } from '../errors.js';
import { answerOf } from '../isolation/tools/holders/answer-of.js';
import { lookFor } from '../isolation/tools/programs/find-tools.js';
import type { MeasureOptions } from '../measure-options.js';
import { CallerSocket } from './caller-socket.js';
import { PRIVILEGED_WORD } from './protocol.js';
import { findPart } from './stopped-part.js';

/** The other netmeter, and sudo, whose child it is. */
export type Part = {
  readonly child: ChildProcess;
  readonly socket: Socket;
  /** Resolves when sudo has ended. */
  readonly gone: Promise<unknown>;
  /** Undefined: it was not found. */
  readonly pid: number | undefined;
};

/** Starts the other netmeter and waits until it is there. */
export async function startPart(options: Pick<MeasureOptions, 'stdio' | 'env' | 'signal'>): Promise<Part> {
  using entrance = await CallerSocket.listen();
  const words = ['-n', '--', execPath, entry(), PRIVILEGED_WORD, entrance.path];
  const child = spawn(lookFor('sudo') ?? 'sudo', words, {
    stdio: options.stdio ?? 'inherit',
    env: { ...ownEnvironment, ...options.env },
  });
  const gone = once(child, 'exit');
  try {
    const connected = firstConnection(entrance.server, gone, options.signal);
    const socket = await answerOf({ pids: [child.pid], atMostMs: START_MS }, connected, notStarted);
    return { child, socket, gone, pid: findPart(entrance.path) };
  } catch (error) {
    // It is root's, and may not be ended by us: it ends by itself when it finds nobody here.
    child.unref();
    throw error;
  }
}

/** The command's own file, beside the library's or above it. */
function entry(): string {
  const found = ['netmeter.cjs', '../netmeter.cjs', '../dist/netmeter.cjs']
    .map((file) => fileURLToPath(new URL(file, import.meta.url)))
    .find((file) => existsSync(file));
  if (found) return found;
  throw new NetmeterError('SETUP_FAILED', 'the command netmeter.cjs is not beside the library');
}

/** sudo asks no password (-n), but what it asks (PAM, LDAP) may hang. */
const START_MS = 60_000;

const notStarted = (reason: string) =>
  new NetmeterError('SETUP_FAILED', `the privileged part could not be started by sudo: ${reason}`);

/** @throws {NetmeterError} SETUP_FAILED; INTERRUPTED when `signal` is aborted meanwhile */
async function firstConnection(
  server: Server,
  gone: Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  const ended = gone.then(() => {
    throw notStarted('sudo has ended');
  });
  ended.catch(() => {});
  try {
    const connected = once(server, 'connection', { signal }).then(([socket]) => socket as Socket);
    return await Promise.race([connected, ended]);
  } catch (error) {
    if (signal?.aborted) throw new NetmeterError('INTERRUPTED', 'interrupted before the command started');
    throw error;
  }
}
