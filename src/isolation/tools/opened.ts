import { NetmeterError } from '../../errors.js';

/**
 * Sets a scope up; on failure all of it is undone.
 * @throws {NetmeterError} what the set-up throws; INTERRUPTED when `signal` was aborted meanwhile
 */
export async function opened<T extends AsyncDisposable>(
  scope: T,
  setUp: () => Promise<void>,
  signal?: AbortSignal,
): Promise<T> {
  try {
    await setUp();
    if (signal?.aborted) throw new NetmeterError('INTERRUPTED', 'interrupted before the command started');
    return scope;
  } catch (error) {
    await scope[Symbol.asyncDispose]();
    throw error;
  }
}
