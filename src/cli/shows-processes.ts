import type { RunOptions } from './arguments/run-options.js';
import { ciSystem } from './ci/ci-system.js';

/** Formats of reports that have processes in them. */
const WITH_PROCESSES: ReadonlySet<string> = new Set(['json', 'md', 'html']);

/** Whether somebody will see which process used the network: that costs the start some milliseconds. */
export const showsProcesses = ({ by, reports, ci }: Pick<RunOptions, 'by' | 'reports' | 'ci'>): boolean =>
  by?.includes('process') === true ||
  reports.some(({ format }) => WITH_PROCESSES.has(format)) ||
  ciSystem(ci, process.env) === 'github';
