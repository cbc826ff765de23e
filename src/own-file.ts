import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NetmeterError } from './errors.js';

/** First words by which netmeter's own file is asked for one step of its work, in a process of its own. */
export const GIVE_BACK_WORD = '--internal-give-back';
export const INNER_SOCKETS_WORD = '--internal-inner-sockets';

/** Where the bundled command may be: beside us in it or among its parts, above the library's modules or the sources. */
const PLACES = ['netmeter.cjs', '../netmeter.cjs', '../dist/netmeter.cjs'];

/** netmeter's own file, for node(1). @throws {NetmeterError} SETUP_FAILED */
export function ownFile(): string {
  const found = PLACES.map((file) => fileURLToPath(new URL(file, import.meta.url))).find((file) => existsSync(file));
  if (found) return found;
  throw new NetmeterError('SETUP_FAILED', 'the command netmeter.cjs is not beside the library');
}
