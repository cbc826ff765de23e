import { NetmeterError } from '../../errors.js';
import { LinuxError } from '../../linux/linux-error.js';

/** What the kernel refuses here is the set-up's failure. @throws {NetmeterError} SETUP_FAILED, and what else `work` throws */
export function asSetUp<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    throw new NetmeterError('SETUP_FAILED', `a network namespace could not be set up: ${error.message}`, {
      cause: error,
    });
  }
}
