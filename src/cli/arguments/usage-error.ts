import { NetmeterError } from '../../errors.js';

/** An error in the words given to us; without a cure of its own it leads to the help. */
export const usage = (message: string, cure?: string) =>
  new NetmeterError('USAGE', message, cure === undefined ? {} : { cure });

/** For who asks for samples without a distance. */
export const INTERVAL_CURE = 'Give a time like 100ms or 5s.';
