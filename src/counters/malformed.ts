import { NetmeterError } from '../errors.js';

/** A kernel file that is not as the kernel's own code prints it: better said than guessed at. */
export const malformed = (file: string, lineNumber: number, reason: string) =>
  new NetmeterError('MALFORMED_KERNEL_FILE', `/proc/net/${file}, line ${lineNumber}: ${reason}`);
