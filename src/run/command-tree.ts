import type { RunningCommand } from '../command/start-command.js';
import type { Scope } from '../isolation/scope.js';
import type { Milliseconds } from '../units.js';
import { endTree } from './end-tree.js';

/** The command's processes, from before its start until the last has gone. */
export class CommandTree {
  /** The command itself, while it runs. */
  command: RunningCommand | undefined;
  readonly #scope: Scope;
  readonly #grace: Milliseconds;
  readonly #hurry: AbortSignal | undefined;

  constructor(scope: Scope, grace: Milliseconds, hurry: AbortSignal | undefined) {
    this.#scope = scope;
    this.#grace = grace;
    this.#hurry = hurry;
  }

  processes(): number[] {
    return this.#scope.processes();
  }

  /** Ends all of them: SIGTERM, and after the grace SIGKILL. */
  end(): Promise<void> {
    return endTree({ scope: this.#scope, command: this.command, grace: this.#grace, hurry: this.#hurry });
  }
}
