import { once } from 'node:events';
import { connect } from 'node:net';
import { umask } from 'node:process';
import { type ErrorCode, NetmeterError } from '../errors.js';
import type { measure } from '../measure.js';
import { JsonLines } from './json-lines.js';
import type { FromCaller, Request, Signals, ToCaller } from './protocol.js';

type FromThem = Request | FromCaller;

/**
 * The part that sudo started as root: makes the scope, starts the caller's command as the caller, tells the result.
 * @param path the caller's socket
 * @param signals told of each signal that the caller was sent
 */
export async function serveCaller(path: string, run: typeof measure, signals: Signals): Promise<void> {
  const stop = new AbortController();
  const hurry = new AbortController();
  const socket = connect(path);
  try {
    await once(socket, 'connect');
  } catch {
    // The caller was killed meanwhile.
    return;
  }
  let signalCommand: (signal: NodeJS.Signals) => void = () => {};
  let serving: Promise<void> | undefined;
  const lines = new JsonLines<FromThem, ToCaller>(socket, (message) => {
    if (!('kind' in message)) {
      serving = serve(message);
      return;
    }
    if (message.kind === 'signal') signals.take(message.signal);
    else if (message.kind === 'stop') stop.abort();
    else hurry.abort();
  });
  const serve = async ({ argv, options, ...place }: Request) => {
    umask(place.umask);
    const { env, cwd, account } = place;
    try {
      const measurement = await run(argv, {
        ...options,
        env,
        ...(cwd !== undefined && { cwd }),
        account,
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

function failure(error: unknown): ToCaller {
  const known = error instanceof NetmeterError ? error : undefined;
  const code: ErrorCode = known?.code ?? 'SETUP_FAILED';
  return { kind: 'failed', code, message: known?.message ?? String(error), cure: known?.cure ?? '' };
}
