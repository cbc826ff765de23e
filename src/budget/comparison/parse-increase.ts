import { NetmeterError } from '../../errors.js';

/** How much more a later run may use: an increase fails only when it is beyond both. */
export type Increase = {
  /** 0.1 is 10 %. */
  readonly share: number;
  readonly octets: number;
};

/** Parses `10%` or `2.5 %`. @returns 0.1 @throws {NetmeterError} USAGE */
export function parseShare(text: string): number {
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim())?.[1];
  if (percent !== undefined) return Number(percent) / 100;
  throw new NetmeterError('USAGE', `bad share '${text}'`, { cure: 'Shares are like 10% or 2.5%.' });
}
