import { env } from 'node:process';
import { endProcesses } from '../../command/end-processes.js';
import type { RunningCommand } from '../../command/start-command.js';
import type { Scope } from '../../isolation/scope.js';
import type { Milliseconds } from '../../units.js';

export type TreeEnd = {
  readonly processes: () => readonly number[];
  /** Ends at once whom the kernel keeps together. */
  readonly kill: () => void;
  /** The command's descendants are signalled first. */
  readonly strikes: boolean;
  /** The command, while it runs. */
  readonly command: RunningCommand | undefined;
  readonly grace: Milliseconds;
  readonly hurry?: AbortSignal | undefined;
};

/**
 * Ends the command's tree. In a namespace or a control group of its own that is every process there; in a shared one the
 * command's descendants are signalled first, and /proc finds those that have left their parents.
 */
export async function endTree({ processes, kill, strikes, command, grace, hurry }: TreeEnd): Promise<void> {
  const struck = command && strikes ? await strike(command) : new Set<number>();
  await endProcesses(processes, grace, { hurry, struck, kill });
}

/** True for a namespace that others live in too. */
export const isShared = ({ isolation: { kind } }: Pick<Scope, 'isolation'>) => kind === 'host' || kind === 'join';

async function strike(command: RunningCommand): Promise<ReadonlySet<number>> {
  // Loaded here because most runs end by themselves.
  const { strikeTree } = await import('../../command/strike-tree.js');
  return strikeTree(command.pid, env['PATH']);
}
