import { spawn } from 'node:child_process';
import { type Account, processAccount } from '../command/account.js';
import { NetmeterError } from '../errors.js';
import { asAccount } from '../linux/process/process-account.js';

export type PrepareOptions = {
  readonly account: Account | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
};

/**
 * Runs a shell line before a run, unmetered, as the command's account: what it makes belongs to whom the command is. Its
 * output goes to stderr, because stdout is the command's.
 * @throws {NetmeterError} PREPARE_FAILED or INTERRUPTED
 */
export async function prepare(line: string, { account, env, signal }: PrepareOptions): Promise<void> {
  const start = () => spawn('sh', ['-c', line], { stdio: ['ignore', 2, 2], env, signal });
  const owner = processAccount(account);
  const end = await new Promise<string | undefined>((resolve) => {
    const child = owner ? asAccount(owner, start) : start();
    child.once('error', ({ message }) => resolve(message));
    child.once('exit', (code, killer) => resolve(code === 0 ? undefined : killer ? `by ${killer}` : `with ${code}`));
  });
  if (signal.aborted) throw new NetmeterError('INTERRUPTED', 'interrupted before the command started');
  if (end !== undefined) throw new NetmeterError('PREPARE_FAILED', `--prepare '${line}' ended ${end}`);
}
