import type { RunningCommand } from '../../command/start-command.js';
import type { GroupView } from '../../evidence/bypasses/group-view.js';
import type { Scope } from '../../isolation/scope.js';
import type { Measurement } from '../../measurement/measurement.js';
import { type Milliseconds, milliseconds } from '../../units.js';
import { endTree, isShared } from './end-tree.js';
import type { TreeGroup } from './tree-group.js';

export type TreeOptions = { readonly grace: Milliseconds; readonly hurry: AbortSignal | undefined };

/** The command's processes, from before its start until the last has gone. */
export class CommandTree {
  /** The command itself, while it runs. */
  command: RunningCommand | undefined;
  /** Where the kernel keeps the tree together. */
  readonly group: TreeGroup | undefined;
  readonly #scope: Scope;
  #hasStarted = false;
  #isOver = false;
  readonly #grace: Milliseconds;
  readonly #hurry: AbortSignal | undefined;

  constructor(scope: Scope, group: TreeGroup | undefined, { grace, hurry }: TreeOptions) {
    this.#scope = scope;
    this.group = group;
    this.#grace = grace;
    this.#hurry = hurry;
  }

  /** @param isCounted the numbers are counted at the tree's control group */
  groupView(isCounted: boolean): GroupView | undefined {
    const { group } = this;
    return (
      group && { folder: group.cgroup.folder, fd: group.cgroup.fd, folderOf: (pid) => group.folderOf(pid), isCounted }
    );
  }

  /** Runs `spawn`, whose child is the command, so that it starts in the tree's control group. */
  start<T>(spawn: () => T extends PromiseLike<unknown> ? never : T): T {
    const child = this.group ? this.group.start(spawn) : spawn();
    this.#hasStarted = true;
    return child;
  }

  /** CPU time of all its processes so far; undefined where only what was waited for is known. */
  get cpu(): Measurement['command']['cpu'] | undefined {
    const spent = this.group?.cpu;
    return (
      spent && { userMs: milliseconds(Math.round(spent.userMs)), systemMs: milliseconds(Math.round(spent.systemMs)) }
    );
  }

  /** How long it may go on when it should end. */
  get patience(): { readonly atMostMs: number; readonly hurry: AbortSignal | undefined } {
    return { atMostMs: this.#grace, hurry: this.#hurry };
  }

  /** Those that its control group knows, and those that have left it. */
  processes(): number[] {
    // Of nobody nothing can come any more.
    if (this.#isOver) return [];
    const all = [...new Set([...(this.group?.cgroup.members() ?? []), ...this.#scope.processes()])];
    // The command itself may be on its way into the namespace.
    this.#isOver = this.#hasStarted && !this.command && all.length === 0;
    return all;
  }

  /** Resolves when its control group has no process, or at the abort; at once where there is none. */
  async whenEmpty(signal: AbortSignal | undefined): Promise<void> {
    await this.group?.cgroup.whenEmpty(signal);
  }

  /** Ends all of them: SIGTERM, and after the grace SIGKILL. */
  end(): Promise<void> {
    return endTree({
      processes: () => this.processes(),
      kill: () => this.group?.cgroup.kill(),
      // In a group the kernel knows all of them; in a shared namespace without one, parents and marks do.
      strikes: isShared(this.#scope) && !this.group,
      command: this.command,
      grace: this.#grace,
      hurry: this.#hurry,
    });
  }
}
