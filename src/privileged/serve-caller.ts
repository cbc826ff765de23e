import { once } from 'node:events';
import { connect } from 'node:net';
import type { Measure } from '../measure-options.js';
import { continueSudo } from './continue-sudo.js';
import { JsonLines } from './json-lines.js';
import { parseFromCaller } from './parse-request.js';
import type { Signals, ToCaller } from './protocol.js';
import { readCaller } from './read-caller.js';
import { ServedRun } from './served-run.js';

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
  const caller = readCaller(path, sudoUid);
  const socket = connect(path);
  try {
    await once(socket, 'connect');
  } catch {
    // The caller was killed meanwhile.
    return;
  }
  const served = new ServedRun({ caller, run, signals, say: (message) => lines.send(message) });
  let serving: Promise<void> | undefined;
  const lines = new JsonLines<unknown, ToCaller>(
    socket,
    (message) => {
      if (isSaying(message)) served.take(parseFromCaller(message));
      else serving ??= served.serve(message).then(() => lines.end());
    },
    { longest: LONGEST },
  );
  // Not `once`, which takes a reset by a caller that was killed for its own failure.
  await new Promise((resolve) => socket.once('close', resolve));
  served.end();
  await serving;
}

const isSaying = (message: unknown) => typeof message === 'object' && message !== null && 'kind' in message;
