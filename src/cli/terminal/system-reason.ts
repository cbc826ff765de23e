import { existsSync } from 'node:fs';
import { FEW_FILES_CURE, NetmeterError } from '../../errors.js';
import { LinuxError } from '../../linux/linux-error.js';
import { NoLibcError } from '../../linux/load-koffi.js';

/**
 * What an error of the system says that nobody has foreseen: its own words, and the cure where what is missing is known.
 * @returns undefined for other errors, which are faults of netmeter's own
 */
export function systemReason(error: unknown): NetmeterError | undefined {
  if (error instanceof LinuxError || error instanceof NoLibcError) {
    const cure = error instanceof LinuxError ? cureOf(error.code, '') : undefined;
    return new NetmeterError('SETUP_FAILED', error.message, { ...(cure !== undefined && { cure }), cause: error });
  }
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  const cure = cureOf(String(error.code), 'path' in error ? String(error.path) : '');
  return new NetmeterError('SETUP_FAILED', error.message, { ...(cure !== undefined && { cure }), cause: error });
}

function cureOf(code: string, path: string): string | undefined {
  if (code === 'EMFILE') return FEW_FILES_CURE;
  if (code === 'ENFILE') return 'This machine has too many files open: see /proc/sys/fs/file-nr.';
  if (code === 'EAGAIN' || code === 'ENOMEM')
    return 'Free memory, or raise the limits on processes and memory (ulimit -u).';
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM')
    return /^\/(proc|sys)\//.test(path)
      ? 'A namespace of its own needs it writable; in a container that is closed: --isolation host.'
      : undefined;
  return code === 'ENOENT' ? cureOfMissing(path) : undefined;
}

function cureOfMissing(path: string): string | undefined {
  for (const folder of ['/proc/sys', '/proc', '/sys']) {
    if (!path.startsWith(`${folder}/`)) continue;
    if (!existsSync(folder === '/sys' ? '/sys/class' : `${folder}/${folder === '/proc' ? 'self' : 'net'}`))
      return `netmeter needs ${folder} mounted; see mount(8).`;
  }
  return undefined;
}
