import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { resolve } from 'node:path';
import { execPath, env as ownEnvironment, umask } from 'node:process';
import { fileURLToPath } from 'node:url';
import { workingFolder } from '../command/working-folder.js';
import { NetmeterError } from '../errors.js';
import { answerOf } from '../isolation/tools/answer-of.js';
import { lookFor } from '../isolation/tools/find-tools.js';
import { within } from '../isolation/tools/within.js';
import type { MeasureOptions } from '../measure-options.js';
import type { Measurement } from '../measurement/measurement.js';
import { CallerSocket } from './caller-socket.js';
import { JsonLines } from './json-lines.js';
import { type FromCaller, OPTION_NAMES, PRIVILEGED_WORD, type Request, type ToCaller } from './protocol.js';
import { endCommand, findPart, StoppedPart } from './stopped-part.js';

type FromUs = Request | FromCaller;

/**
 * Measures through a second netmeter that sudo starts as root. That one makes the scope and starts the command in it, as
 * the caller again: with the caller's groups, environment, folder, umask and terminal. Reports are ours to write.
 * @throws {NetmeterError} as {@link measure} does
 */
export async function measureBySudo(argv: readonly string[], options: MeasureOptions): Promise<Measurement> {
  const { child, socket, gone, pid } = await startPart(options);
  const measuring = converse({ socket, pid }, requestOf(argv, options), options);
  const { command, ...rest } = await measuring.finally(() => {
    options.onHandOver?.(undefined);
    socket.destroy();
    child.unref();
  });
  // sudo itself may have been stopped.
  await within(END_MS, gone, () => new Error('sudo has not ended')).catch(() => {});
  const { user, ...own } = command;
  return { ...rest, command: userOf(options) !== undefined ? command : own };
}

/** Starts the other netmeter and waits until it is there. */
async function startPart(options: MeasureOptions) {
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

/** Of sudo, once its part has sent the result. */
const END_MS = 2000;

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

function requestOf(argv: readonly string[], options: MeasureOptions): Request {
  const plain = OPTION_NAMES.map((name) => [name, options[name]] as const);
  return {
    argv,
    options: Object.fromEntries(plain.filter(([, value]) => value !== undefined)),
    env: { ...(options.env ?? ownEnvironment) },
    cwd: options.cwd ?? workingFolder(),
    umask: umask(),
    netns: namespaceOf(options),
    user: userOf(options),
  };
}

/** A name, or a path that leads there from everywhere. */
const namespaceOf = ({ netns, cwd = workingFolder() }: MeasureOptions) =>
  netns?.includes('/') ? resolve(cwd ?? '/', netns) : netns;

/** By number where the account was decided before: the other part looks it up itself. */
const userOf = ({ account, user }: MeasureOptions) => (account ? `${account.uid}:${account.gid}` : user);

type Part = { readonly socket: Socket; readonly pid: number | undefined };

function converse({ socket, pid }: Part, request: Request, options: MeasureOptions): Promise<Measurement> {
  let command: number | undefined;
  let watch: StoppedPart | undefined;
  const measured = new Promise<Measurement>((resolve, reject) => {
    const giveUp = (reason: NetmeterError) => {
      endCommand(command);
      reject(reason);
    };
    if (pid !== undefined) watch = new StoppedPart(pid, giveUp);
    const lines = new JsonLines<ToCaller, FromUs>(socket, (message) => {
      switch (message.kind) {
        case 'started':
          command = message.pid;
          return options.onStart?.({
            pid: message.pid,
            signal: (signal) => lines.send({ kind: 'signal', signal }),
          });
        case 'command-ended':
          return options.onCommandEnd?.(message.descendants);
        case 'measured':
          return resolve(message.measurement);
        case 'failed':
          return reject(new NetmeterError(message.code, message.message, { cure: message.cure }));
        default:
          return message satisfies never;
      }
    });
    lines.send(request);
    options.onHandOver?.((signal) => lines.send({ kind: 'signal', signal }));
    onAbort(options.signal, () => lines.send({ kind: 'stop' }));
    onAbort(options.hurry, () => lines.send({ kind: 'hurry' }));
    socket.once('close', () => reject(new NetmeterError('SETUP_FAILED', 'the privileged part has ended')));
  });
  return measured.finally(() => watch?.[Symbol.dispose]());
}

/** Now, if it was aborted before. */
function onAbort(signal: AbortSignal | undefined, act: () => void): void {
  if (signal?.aborted) act();
  else signal?.addEventListener('abort', act, { once: true });
}
