import { type ParseArgsConfig, parseArgs } from 'node:util';
import { usage } from './usage-error.js';

/** Parses the words behind one of netmeter's own commands. @throws {NetmeterError} USAGE, in words that end at the cure */
export function parseOwnArguments<const T extends ParseArgsConfig>(
  command: string,
  config: T,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    // Node goes on with advice on '--', which is not ours.
    const message = error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error);
    throw usage(message, `Try 'netmeter ${command} --help'.`);
  }
}
