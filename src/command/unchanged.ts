import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { NetmeterError } from '../errors.js';

/** Reads a file of /proc/self whose parts end with NUL (proc(5)); nothing where it cannot be read. */
type ReadBytes = (file: string) => Buffer | undefined;

const readBytes: ReadBytes = (file) => {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
};

/**
 * Node takes arguments for UTF-8, and puts another character in the place of what is none: the command, or a file's name,
 * would be changed in silence.
 * @throws {NetmeterError} USAGE
 */
export function requireArguments(read: ReadBytes = readBytes): void {
  const changed = changedPart(read('/proc/self/cmdline'));
  if (changed === undefined) return;
  throw new NetmeterError('USAGE', `the argument '${changed}' is not UTF-8, and would be handed on changed`, {
    cure: `Have a shell make it: netmeter -- sh -c 'exec COMMAND "$(printf "\\377")"'.`,
  });
}

/** The same for the environment that this process was given. @throws {NetmeterError} USAGE */
export function requireEnvironment(read: ReadBytes = readBytes): void {
  const changed = changedPart(read('/proc/self/environ'));
  if (changed === undefined) return;
  const name = changed.split('=')[0] ?? '';
  // A name that is none itself cannot be printed as it is.
  const without = name.includes(REPLACEMENT) ? 'env -i PATH="$PATH"' : `env -u ${name}`;
  throw new NetmeterError('USAGE', `the variable ${name} is not UTF-8, and would be handed on changed: '${changed}'`, {
    cure: `Leave it out: ${without} netmeter ...; the command may set it.`,
  });
}

/** What stands for octets that are no character. */
const REPLACEMENT = '\ufffd';

function changedPart(bytes: Buffer | undefined): string | undefined {
  if (!bytes || isUtf8(bytes)) return undefined;
  // Latin-1 keeps every byte a character.
  const parts = bytes.toString('latin1').split('\0');
  const changed = parts.find((part) => !isUtf8(Buffer.from(part, 'latin1')));
  return changed === undefined ? undefined : Buffer.from(changed, 'latin1').toString('utf8');
}
