import { execFileSync } from 'node:child_process';
import { until } from '../wait.js';

/** Waits until somebody meters the namespace of a process: the descriptors show it. */
export const attachedTo = (pid: number) =>
  until(`process ${pid} is metered`, () => {
    const listed = execFileSync('sh', ['-c', 'ls -l /proc/[0-9]*/fd 2>/dev/null || true'], { encoding: 'utf8' });
    return listed.includes(`/proc/${pid}/net/netstat`);
  });
