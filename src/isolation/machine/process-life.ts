import { NetmeterError } from '../../errors.js';
import { readText } from '../tools/read-text.js';
import { isKernelThread, parseStat } from './read-processes.js';

/**
 * Whether the same process still lives, and not a later one of the same number.
 * @throws {NetmeterError} NO_SUCH_PROCESS
 */
export function watchLife(pid: number): () => boolean {
  const startOf = () => parseStat(pid, readText(`/proc/${pid}/stat`) ?? '')?.startedAt;
  const startedAt = startOf();
  if (startedAt === undefined) throw noProcess(pid);
  return () => startOf() === startedAt;
}

function noProcess(pid: number): NetmeterError {
  const message = isKernelThread(readText(`/proc/${pid}/stat`) ?? '')
    ? `process ${pid} is a thread of the kernel's, which has no sockets of its own`
    : `there is no process ${pid}`;
  return new NetmeterError('NO_SUCH_PROCESS', message);
}

/** Its words (/proc/PID/cmdline); a thread of the kernel's has none, but a name. */
export function commandLineOf(pid: number): string[] {
  const text = (file: string) => readText(`/proc/${pid}/${file}`) ?? '';
  const words = text('cmdline').split('\0').slice(0, -1);
  return words.length > 0 ? words : [text('comm').trim() || `${pid}`];
}
