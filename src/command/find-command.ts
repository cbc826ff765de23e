import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { NetmeterError } from '../errors.js';

/**
 * Looks for the command as execvp(3) will, so that a wrong name is reported before anything is set up.
 * @param folder where it will start; the present one, which may be removed, by default
 * @throws {NetmeterError} USAGE, COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE
 */
export function findCommand(name: string, path = '/usr/local/bin:/usr/bin:/bin', folder?: string): string {
  if (folder !== undefined && !isFolder(folder))
    throw new NetmeterError('USAGE', `the command cannot start in ${folder}, which is no folder`, {
      cure: 'Give a folder that exists.',
    });
  const candidates = name.includes('/') ? [name] : path.split(':').map((entry) => `${entry || '.'}/${name}`);
  const files = candidates.map((file) => resolve(folder ?? '.', file));
  const found = name === '' ? undefined : files.find(canExecute);
  if (found) return found;
  const existing = name === '' ? undefined : files.find(exists);
  if (!existing) throw new NetmeterError('COMMAND_NOT_FOUND', `${name || "''"}: command not found`);
  const status = statSync(existing);
  if (status.isDirectory()) throw notExecutable(`${name}: is a folder`, 'Give a program that is in it.');
  if (!status.isFile()) throw notExecutable(`${name}: is no regular file`, 'Give a program.');
  throw notExecutable(`${name}: permission denied`);
}

const notExecutable = (message: string, cure?: string) =>
  new NetmeterError('COMMAND_NOT_EXECUTABLE', message, cure === undefined ? {} : { cure });

function canExecute(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** What this process may not look at, a file system of the account's own say, the command may yet enter. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    return !['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException).code));
  }
}

/** A path through a file, or a name that is too long, is an error of stat(2) and to us the same as no file. */
function exists(file: string): boolean {
  try {
    statSync(file);
    return true;
  } catch {
    return false;
  }
}
