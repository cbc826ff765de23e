import { constants } from 'node:os';
import type { JudgedBudget } from '../measurement/budget.js';
import type { Exit } from '../measurement/exit.js';

/** All that decides how netmeter itself ends. */
export type Outcome =
  | {
      readonly kind: 'measured';
      readonly exit: Exit;
      readonly budget?: JudgedBudget | undefined;
      readonly budgetExitCode: number;
    }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'not-executable' }
  /** Stopped by a signal before the command started. */
  | { readonly kind: 'interrupted'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'failed' };

export const FAILED = 125;
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

/**
 * netmeter's exit status. The command's own failure wins over a broken budget, because the command's status is what the
 * caller knows; but a command that netmeter itself ended for the breach failed because of the budget.
 */
export function exitStatus(outcome: Outcome): number {
  switch (outcome.kind) {
    case 'measured':
      return measured(outcome.exit, outcome.budget, outcome.budgetExitCode);
    case 'not-found':
      return NOT_FOUND;
    case 'not-executable':
      return NOT_EXECUTABLE;
    case 'interrupted':
      return ofSignal(outcome.signal);
    case 'failed':
      return FAILED;
    default:
      return outcome satisfies never;
  }
}

function measured(exit: Exit, budget: JudgedBudget | undefined, budgetExitCode: number): number {
  if (budget?.ended) return budgetExitCode;
  const own = exit.kind === 'signal' ? ofSignal(exit.signal) : exit.kind === 'code' ? exit.code : 0;
  if (own !== 0) return own;
  if (budget?.verdict === 'exceeded') return budgetExitCode;
  return budget?.verdict === 'unmeasured' ? FAILED : 0;
}

const ofSignal = (signal: NodeJS.Signals) => 128 + constants.signals[signal];
