import { type ChildProcess, spawn } from 'node:child_process';
import type { Cgroup } from '../../src/linux/cgroup/cgroup.js';
import { CgroupHierarchy } from '../../src/linux/cgroup/hierarchy.js';
import type { ProcessEvidence } from '../../src/measurement/processes.js';
import { CountedProcesses } from '../../src/run/observers/counted-processes.js';
import { once } from '../wait.js';

export type Reported = Exclude<ProcessEvidence, { evidence: 'none' }>;

type Options = {
  readonly meanwhile?: (pid: number) => Promise<void>;
  /** How many of each the kernel may keep. */
  readonly most?: ConstructorParameters<typeof CountedProcesses>[0];
  readonly hostAddresses?: readonly string[];
  /** Where it is started. */
  readonly group?: Cgroup | undefined;
};

/** As often as a run looks. */
const LOOK_MS = 250;

/** Runs a command on this machine, its processes counted, to the end of what it leaves behind. */
export async function traced(argv: readonly string[], options: Options = {}): Promise<Reported> {
  using counted = new CountedProcesses(options.most);
  counted.ready(options.group?.fd, options.hostAddresses);
  const child = started(argv, options.group);
  counted.commandStarted();
  const looks = setInterval(() => counted.look(), LOOK_MS);
  const closed = once(child, 'close');
  child.stdout?.resume();
  // Its stdout is closed when the last of its descendants is gone.
  await Promise.all([closed, options.meanwhile?.(child.pid ?? 0)]).finally(() => clearInterval(looks));
  const reported = counted.finish();
  if (reported.evidence === 'none') throw new Error(reported.reason);
  return reported;
}

function started([file = '', ...words]: readonly string[], group: Cgroup | undefined): ChildProcess {
  const start = () => spawn(file, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  return group ? group.around(CgroupHierarchy.open()?.folderOf('self') ?? '', start) : start();
}
