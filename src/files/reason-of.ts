import { getSystemErrorMap } from 'node:util';
import { NoLibcError } from '../linux/load-koffi.js';

/** The kernel's words alone: Node's message names a path by descriptor or a temporary file, which say nothing to a reader. */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { errno } = cause as NodeJS.ErrnoException;
  // A LinuxError counts upwards, and says which call it was.
  return (errno !== undefined && getSystemErrorMap().get(errno)?.[1]) || cause.message;
}

/** What helps where another account's rights could not be taken; nothing for other causes. */
export const curedBy = (cause: unknown): { cure?: string } =>
  cause instanceof NoLibcError
    ? { cure: "Install netmeter with its optional packages: root needs them to write by another account's rights." }
    : {};
