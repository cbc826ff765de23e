import { NetmeterError } from '../errors.js';
import { within } from '../isolation/tools/holders/within.js';
import type { MeasureOptions } from '../measure-options.js';
import type { Measurement } from '../measurement/measurement.js';
import { JsonLines } from './json-lines.js';
import type { FromCaller, Request, ToCaller } from './protocol.js';
import { requestOf, userOf } from './request-of.js';
import { type Part, startPart } from './start-part.js';
import { endCommand, StoppedPart } from './stopped-part.js';

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

/** Of sudo, once its part has sent the result. */
const END_MS = 2000;

function converse(
  { socket, pid }: Pick<Part, 'socket' | 'pid'>,
  request: Request,
  options: MeasureOptions,
): Promise<Measurement> {
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
