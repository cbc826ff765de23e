import { constants } from 'node:os';

/** Second names of the C library for numbers that the kernel calls EAGAIN and EOPNOTSUPP. */
const SYNONYMS = ['EWOULDBLOCK', 'ENOTSUP'];

const names = new Map(
  Object.entries(constants.errno).flatMap(([name, number]) => (SYNONYMS.includes(name) ? [] : [[number, name]])),
);

/** A call that the kernel refused: which one, and its errno (errno(3)) by number and by name. */
export class LinuxError extends Error {
  override readonly name: string = 'LinuxError';
  /** The system or library call, as the manual pages spell it: `setns`. */
  readonly call: string;
  /** Positive. */
  readonly errno: number;
  /** `EPERM`; `errno N` for one that has no name here. */
  readonly code: string;
  /** What the kernel or the caller adds, in words. */
  readonly detail: string | undefined;

  constructor(call: string, errno: number, detail?: string) {
    const code = names.get(errno) ?? `errno ${errno}`;
    super(`${call}: ${code}${detail ? `: ${detail}` : ''}`);
    this.call = call;
    this.errno = errno;
    this.code = code;
    this.detail = detail;
  }
}

/** True for a {@link LinuxError} with one of these names. */
export const isErrno = (error: unknown, ...codes: readonly string[]): error is LinuxError =>
  error instanceof LinuxError && codes.includes(error.code);
