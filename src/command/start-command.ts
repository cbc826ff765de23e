import { type StdioOptions, spawn } from 'node:child_process';
import { NetmeterError } from '../errors.js';
import type { Exit } from '../measurement/exit.js';

export type CommandPlan = {
  readonly argv: readonly string[];
  /** argv that enters the scope, before ours. */
  readonly enter: readonly string[];
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

/**
 * Starts the command as the last of a chain of execs (nsenter, setpriv), so that it stays our child, and keeps our
 * terminal, process group and environment.
 */
export function startCommand(plan: CommandPlan): RunningCommand {
  const [file = '', ...rest] = [...plan.enter, ...plan.argv];
  const child = spawn(file, rest, {
    stdio: plan.stdio ?? 'inherit',
    ...(plan.env && { env: plan.env }),
    ...(plan.cwd && { cwd: plan.cwd }),
  });
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', (cause) => reject(new NetmeterError('SETUP_FAILED', cause.message, { cause })));
    child.once('exit', (code, signal) =>
      resolve(signal ? { kind: 'signal', signal } : { kind: 'code', code: code ?? 0 }),
    );
  });
  if (child.pid === undefined) throw new NetmeterError('SETUP_FAILED', `${file} could not be started`);
  return { pid: child.pid, signal: (signal) => void child.kill(signal), exited };
}
