import { kill, ppid } from 'node:process';
import { readText } from '../isolation/tools/read-text.js';

/**
 * sudo stops itself when its command is stopped, and nobody lets it know that the command goes on: it would stay for ever. With a
 * terminal of its own (use_pty, sudoers(5)) it is two processes.
 * @param read and `signal`, for tests
 */
export function continueSudo(first = ppid, read = readText, signal: typeof kill = kill): void {
  for (let pid = first; pid > 1; ) {
    const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/s.exec(read(`/proc/${pid}/stat`) ?? '') ?? [];
    if (name !== 'sudo') return;
    try {
      signal(pid, 'SIGCONT');
    } catch {
      // It has ended meanwhile.
    }
    pid = Number(parent);
  }
}
