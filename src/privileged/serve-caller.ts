import { once } from 'node:events';
import { closeSync, constants, openSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { umask } from 'node:process';
import { type Account, accountOfUid, chooseAccount } from '../command/account.js';
import { environmentOf } from '../command/account-environment.js';
import { type ErrorCode, NetmeterError } from '../errors.js';
import { O_PATH } from '../linux/open-flags.js';
import { withFileRightsOf } from '../linux/process/credentials.js';
import type { Measure } from '../measure-options.js';
import { continueSudo } from './continue-sudo.js';
import { JsonLines } from './json-lines.js';
import { parseFromCaller, parseRequest } from './parse-request.js';
import type { Signals, ToCaller } from './protocol.js';
import { type Caller, readCaller } from './read-caller.js';

/** The kernel lets no command line and environment be longer than this: MAX_ARG_STRINGS and a stack's quarter, execve(2). */
const LONGEST = 1 << 24;

type Around = {
  /** Called with each signal that the caller was sent. */
  readonly signals: Signals;
  /** SUDO_UID. */
  readonly sudoUid: string | undefined;
};

/**
 * The part that sudo started as root: makes the scope, starts the caller's command as the caller, reports the result. It takes
 * nothing that the caller could not have said by the command line; who the caller is, the kernel says.
 * @param path the caller's socket
 * @throws {NetmeterError} USAGE
 */
export async function serveCaller(path: string, run: Measure, around: Around): Promise<void> {
  try {
    await serveUntilGone(path, run, around);
  } finally {
    // Whatever came of it: the caller may have given up before it was answered.
    continueSudo();
  }
}

async function serveUntilGone(path: string, run: Measure, { signals, sudoUid }: Around): Promise<void> {
  const stop = new AbortController();
  const hurry = new AbortController();
  const caller = readCaller(path, sudoUid);
  const socket = connect(path);
  try {
    await once(socket, 'connect');
  } catch {
    // The caller was killed meanwhile.
    return;
  }
  let signalCommand: (signal: NodeJS.Signals) => void = () => {};
  let serving: Promise<void> | undefined;
  const lines = new JsonLines<unknown, ToCaller>(
    socket,
    (message) => {
      if (!isSaying(message)) {
        serving ??= serve(message);
        return;
      }
      const said = parseFromCaller(message);
      if (said.kind === 'signal') signals.take(said.signal);
      else if (said.kind === 'stop') stop.abort();
      else hurry.abort();
    },
    { longest: LONGEST },
  );
  const serve = async (message: unknown) => {
    try {
      const { argv, options, env, cwd, ...place } = parseRequest(message);
      const { pid, ...own } = caller;
      const named = place.user === undefined ? undefined : (chooseAccount(place.user, {}) ?? root());
      if (cwd !== undefined && place.user === undefined) requireFolder(cwd, caller);
      umask(place.umask);
      const measurement = await run(argv, {
        ...options,
        ...(place.netns !== undefined && { netns: place.netns }),
        env: named ? environmentOf(named, env) : env,
        ...(cwd !== undefined && { cwd }),
        account: named ?? own,
        signal: AbortSignal.any([stop.signal, signals.signal]),
        hurry: AbortSignal.any([hurry.signal, signals.hurry]),
        onStart: (command) => {
          signalCommand = command.signal;
          signals.commandStarted(command);
          lines.send({ kind: 'started', pid: command.pid });
        },
        onCommandEnd: (descendants) => {
          signals.commandEnded();
          lines.send({ kind: 'command-ended', descendants });
        },
      });
      lines.send({ kind: 'measured', measurement });
    } catch (error) {
      lines.send(failure(error));
    }
    lines.end();
  };
  // Not `once`, which takes a reset by a caller that was killed for its own failure.
  await new Promise((resolve) => socket.once('close', resolve));
  // The caller is gone, or has all that it wanted; in the first case the command goes too.
  signalCommand('SIGKILL');
  stop.abort();
  hurry.abort();
  await serving;
}

const isSaying = (message: unknown) => typeof message === 'object' && message !== null && 'kind' in message;

const root = (): Account => ({ ...accountOfUid(0), uid: 0, gid: 0 });

/** Root may go anywhere: the command would start in a folder that its user may not enter. */
function requireFolder(cwd: string, { pid, ...account }: Caller): void {
  try {
    // It is there already.
    if (readlinkSync(`/proc/${pid}/cwd`) === cwd) return;
    const fd = withFileRightsOf(account, () => openSync(`${cwd}/.`, O_PATH | constants.O_DIRECTORY));
    closeSync(fd);
  } catch (cause) {
    if (isNode(cause) && cause.code === 'ENOENT') return;
    throw new NetmeterError('USAGE', `the working folder ${cwd} may not be entered`, { cause });
  }
}

const isNode = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'code' in error;

function failure(error: unknown): ToCaller {
  const known = error instanceof NetmeterError ? error : undefined;
  const code: ErrorCode = known?.code ?? 'SETUP_FAILED';
  return { kind: 'failed', code, message: known?.message ?? String(error), cure: known?.cure ?? '' };
}
