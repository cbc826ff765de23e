import { NetmeterError } from '../../errors.js';

/** An error in the words given to us; without a cure of its own it leads to the help. */
export const usage = (message: string, cure?: string) =>
  new NetmeterError('USAGE', message, cure === undefined ? {} : { cure });
