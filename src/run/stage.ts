import type { Boundary } from '../boundary.js';
import type { Account } from '../command/account.js';
import type { MeasureOptions } from '../measure-options.js';
import type { LimitGuard } from './limits/keep-limits.js';
import type { Meter } from './meter.js';
import type { Observers } from './observers/observers.js';
import type { OtherUsers } from './observers/others/other-users.js';
import type { CommandTree } from './tree/command-tree.js';

/** All that is there before the command starts. */
export type Stage = {
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly account: Account | undefined;
  readonly options: MeasureOptions;
  readonly meter: Meter;
  readonly tree: CommandTree;
  readonly guard: LimitGuard;
  readonly observers: Observers;
  readonly others: OtherUsers | undefined;
  /** Where exceptions of what works beside the command end. */
  readonly boundary: Boundary;
};
