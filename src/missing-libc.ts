import { NetmeterError } from './errors.js';
import { NoLibcError } from './linux/load-koffi.js';

/** What is thrown where the C library is needed and koffi cannot reach it: an expected failure. Any other error is itself. */
export const explainMissingLibc = (error: unknown): unknown =>
  error instanceof NoLibcError ? new NetmeterError('MISSING_LIBC', error.message, { cause: error }) : error;
