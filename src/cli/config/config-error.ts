import { NetmeterError } from '../../errors.js';

/** @param place the file, with its line where that is known */
export const configError = (place: string, message: string, options: { cure?: string; cause?: unknown } = {}) =>
  new NetmeterError('CONFIG', `${place}: ${message}`, options);
