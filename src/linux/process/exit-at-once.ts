import { env, execArgv } from 'node:process';
import { isLibcLoaded, libcFunction } from '../libc.js';

const exit = libcFunction('int _exit(int status)');

/**
 * Ends the process as _exit(2) does: Node would first stop its threads one after the other, and libraries would do at exit what
 * they have registered (koffi's has stdout and stderr written to the disk). Whoever has Node write something at its end gets that.
 * @returns where libc was not needed so far, or Node has options of its own: then the usual end is the right one
 */
export function exitAtOnce(status: number): void {
  const isObserved = execArgv.length > 0 || (env['NODE_OPTIONS'] ?? env['NODE_V8_COVERAGE']) !== undefined;
  if (isLibcLoaded() && !isObserved) exit(status);
}
