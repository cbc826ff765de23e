import { carriedPast, type Started } from '../command/carried-variables.js';
import { NetmeterError } from '../errors.js';
import { lookFor } from '../isolation/tools/programs/find-tools.js';

/** @param enter argv that enters a scope. @throws {NetmeterError} MISSING_TOOLS */
export function handedPast(enter: readonly string[], command: Started): Started {
  const started = carriedPast(enter, command, lookFor('env'));
  if (started) return started;
  throw new NetmeterError('MISSING_TOOLS', 'LD_PRELOAD and the like cannot be handed to the command: there is no env', {
    cure: 'Install coreutils, or unset them.',
  });
}
