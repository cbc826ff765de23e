import { NetmeterError } from '../../errors.js';
import { isErrno } from '../../linux/linux-error.js';

/** Why the sockets of a control group cannot be counted. */
export function noMeter(path: string, cause: unknown): NetmeterError {
  const message = `the sockets of ${path} cannot be counted`;
  if (isErrno(cause, 'EPERM', 'EACCES'))
    return new NetmeterError('NO_METER', `${message}: that needs root`, {
      cure: 'Run it as root, or with sudo.',
      cause,
    });
  return new NetmeterError('NO_METER', `${message}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
}
