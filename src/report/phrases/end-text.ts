import type { Exit } from '../../measurement/exit.js';

/** How a command ended, in words: "exit 0", "SIGTERM". */
export function endText(exit: Exit): string {
  switch (exit.kind) {
    case 'code':
      return `exit ${exit.code}`;
    case 'signal':
      return exit.signal;
    case 'running':
      return 'still running';
    case 'gone':
      return 'ended';
    default:
      return exit satisfies never;
  }
}

/** It failed by its own account: nothing is said of a process that netmeter did not start. */
export const hasFailed = (exit: Exit) => exit.kind === 'signal' || (exit.kind === 'code' && exit.code !== 0);
