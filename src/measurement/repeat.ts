import type { IpOctets, Milliseconds } from '../units.js';
import type { Verdict } from './budget.js';
import type { Exit } from './exit.js';
import type { InOut } from './traffic.js';

/** One of several runs. */
export type RunSummary = {
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: Milliseconds;
  readonly exit: Exit;
  /** External. null: unknown. */
  readonly wireOctets: InOut<IpOctets | null>;
  /** Of its budget; absent without one. */
  readonly verdict?: Verdict;
};

/** How far runs differ, in external wire octets. */
export type Spread = {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Of a sample. */
  readonly standardDeviation: number;
};

/** A command that ran several times. All else of the report is that of the judged run. */
export type Repeat = {
  /** In the order in which they ran; the first that failed ended the series. */
  readonly runs: readonly RunSummary[];
  /** Runs before the first that counts. */
  readonly warmups: number;
  readonly judge: 'worst' | 'median';
  /** Index of the run that the report shows. */
  readonly judged: number;
  /** null: a run does not know its number. */
  readonly spread: { readonly in: Spread | null; readonly out: Spread | null; readonly total: Spread | null };
  /** Indexes of runs whose total is far from the others. */
  readonly outliers: readonly number[];
};
