import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { type ErrorCode, FEW_FILES_CURE, NetmeterError } from '../errors.js';
import type { Exit } from '../measurement/exit.js';

export type CommandPlan = {
  /** With what enters the scope before it. */
  readonly argv: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly stdio?: StdioOptions;
};

/** The metered command while it runs. */
export type RunningCommand = {
  readonly pid: number;
  /** Sends it a signal, if it is still there. */
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly exited: Promise<Exit>;
};

/** One that the kernel would not execute: a script whose interpreter is missing, a file that the account may not run. */
export type FailedStart = { readonly failure: Promise<NetmeterError> };

/**
 * Starts the command, where something must be executed to enter the scope as the last of a chain of execs, so that it stays our
 * child, and keeps our terminal, process group and environment.
 */
export function startCommand(plan: CommandPlan): RunningCommand | FailedStart {
  const [file = '', ...rest] = plan.argv;
  try {
    return started(spawn(file, rest, spawnOptions(plan)), file);
  } catch (cause) {
    return { failure: Promise.resolve(notStarted(file, cause)) };
  }
}

const spawnOptions = ({ stdio = 'inherit', env, cwd }: CommandPlan) => ({
  stdio,
  ...(env && { env }),
  ...(cwd && { cwd }),
});

function started(child: ChildProcess, file: string): RunningCommand | FailedStart {
  const { pid } = child;
  if (pid === undefined) {
    return { failure: new Promise((resolve) => child.once('error', (cause) => resolve(notStarted(file, cause)))) };
  }
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', (cause) => reject(new NetmeterError('SETUP_FAILED', cause.message, { cause })));
    child.once('exit', (code, signal) =>
      resolve(signal ? { kind: 'signal', signal } : { kind: 'code', code: code ?? 0 }),
    );
  });
  return { pid, signal: (signal) => void child.kill(signal), exited };
}

/** The same words and status as a shell has for it. */
function notStarted(file: string, cause: unknown): NetmeterError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const reason = REASONS.get(`${code}`);
  if (reason)
    return new NetmeterError(reason.code, `${file}: ${reason.said}`, {
      cause,
      ...(reason.cure && { cure: reason.cure }),
    });
  // The kernel's own reasons have cures that whoever reports them knows.
  return new NetmeterError('SETUP_FAILED', `${file} could not be started: ${code ?? cause}`, {
    cause,
    ...(code === 'EMFILE' && { cure: FEW_FILES_CURE }),
  });
}

type Reason = { readonly code: ErrorCode; readonly said: string; readonly cure?: string };

const REASONS: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  [
    'ENOENT',
    {
      code: 'COMMAND_NOT_FOUND',
      said: 'the interpreter that it names was not found',
      cure: 'Correct its first line (#!), or install what that names; for a binary that is the loader of its C library.',
    },
  ],
  ['EACCES', { code: 'COMMAND_NOT_EXECUTABLE', said: 'permission denied' }],
  ['ENOEXEC', { code: 'COMMAND_NOT_EXECUTABLE', said: 'this machine cannot execute its format' }],
]);
