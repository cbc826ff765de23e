import { NetmeterError } from '../errors.js';
import { inert } from './inert.js';

/** Tells an error: what happened, and the cure. Unexpected ones come with their stack. */
export function complain(error: unknown): void {
  if (error instanceof NetmeterError) say(`${error.message}\n  ${error.cure}`);
  else say(`unexpected error: ${error instanceof Error ? error.stack : String(error)}`);
}

/** Tells people something, on stderr. */
export const say = (text: string) => void process.stderr.write(inert(`netmeter: ${text}\n`, process.env));
