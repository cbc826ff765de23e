import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { NetmeterError } from '../../errors.js';
import { nearestName } from './nearest-option.js';
import { OPTIONS } from './options.js';
import { usage } from './usage-error.js';

/** Parses the words behind one of netmeter's own commands. @throws {NetmeterError} USAGE, in words that end at the cure */
export function parseOwnArguments<const T extends ParseArgsConfig>(
  command: string,
  config: T,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw misused(error, command, Object.keys(config.options ?? {}));
  }
}

function misused(error: unknown, command: string, known: readonly string[]): NetmeterError {
  // Node goes on with advice on '--', which is not ours.
  const message = error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error);
  const cure = `Try 'netmeter ${command} --help'.`;
  const name = /^Option '(?:-\w, )?(--[\w-]+)/.exec(message)?.[1];
  if (name !== undefined)
    return usage(`${name} ${message.includes('does not take') ? 'takes no value' : 'needs a value'}`, cure);
  const argument = /^Unexpected argument ('.*)$/s.exec(message)?.[1];
  if (argument !== undefined) return usage(`${command} takes no argument: ${argument}`, cure);
  const unknown = /^Unknown option '(--?[^']+)'/.exec(message)?.[1];
  if (unknown === undefined) return usage(message, cure);
  if (OPTIONS.some(({ name }) => `--${name}` === unknown))
    return usage(`${command} has no option ${unknown}, which is a run's: netmeter ${unknown} ... -- COMMAND`, cure);
  const nearest = nearestName(unknown, known);
  return usage(`unknown option ${unknown}${nearest ? `; did you mean ${nearest}?` : ''}`, cure);
}
