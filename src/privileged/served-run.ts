import { closeSync, constants, openSync, readlinkSync } from 'node:fs';
import { umask } from 'node:process';
import { type Account, accountOfUid, chooseAccount } from '../command/account.js';
import { environmentOf } from '../command/account-environment.js';
import { type ErrorCode, NetmeterError } from '../errors.js';
import { O_PATH } from '../files/path-walk.js';
import { withFileRightsOf } from '../linux/process/credentials.js';
import type { Measure } from '../measure-options.js';
import type { Measurement } from '../measurement/measurement.js';
import { parseRequest } from './parse-request.js';
import type { FromCaller, Signals, ToCaller } from './protocol.js';
import type { Caller } from './read-caller.js';

type Given = {
  readonly caller: Caller;
  readonly run: Measure;
  /** Called with each signal that the caller was sent. */
  readonly signals: Signals;
  /** To the caller. */
  readonly say: (message: ToCaller) => void;
};

/** The run that a caller asks for, and may end at any time. */
export class ServedRun {
  readonly #given: Given;
  readonly #stop = new AbortController();
  readonly #hurry = new AbortController();
  #signalCommand: (signal: NodeJS.Signals) => void = () => {};

  constructor(given: Given) {
    this.#given = given;
  }

  /** Measures, and says what came of it. @param request as it came */
  async serve(request: unknown): Promise<void> {
    const { say } = this.#given;
    try {
      say({ kind: 'measured', measurement: await this.#measure(request) });
    } catch (error) {
      say(failure(error));
    }
  }

  /** What the caller says meanwhile. */
  take(said: FromCaller): void {
    if (said.kind === 'signal') this.#given.signals.take(said.signal);
    else if (said.kind === 'stop') this.#stop.abort();
    else this.#hurry.abort();
  }

  /** The caller is gone, or has all that it wanted; in the first case the command goes too. */
  end(): void {
    this.#signalCommand('SIGKILL');
    this.#stop.abort();
    this.#hurry.abort();
  }

  #measure(request: unknown): Promise<Measurement> {
    const { caller, run, signals, say } = this.#given;
    const { argv, options, env, cwd, ...place } = parseRequest(request);
    const { pid, ...own } = caller;
    const named = place.user === undefined ? undefined : (chooseAccount(place.user, {}) ?? root());
    if (cwd !== undefined && place.user === undefined) requireFolder(cwd, caller);
    umask(place.umask);
    return run(argv, {
      ...options,
      ...(place.netns !== undefined && { netns: place.netns }),
      env: named ? environmentOf(named, env) : env,
      ...(cwd !== undefined && { cwd }),
      account: named ?? own,
      signal: AbortSignal.any([this.#stop.signal, signals.signal]),
      hurry: AbortSignal.any([this.#hurry.signal, signals.hurry]),
      onStart: (command) => {
        this.#signalCommand = command.signal;
        signals.commandStarted(command);
        say({ kind: 'started', pid: command.pid });
      },
      onCommandEnd: (descendants) => {
        signals.commandEnded();
        say({ kind: 'command-ended', descendants });
      },
    });
  }
}

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
