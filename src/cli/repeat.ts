import { closeRepeat, hasFailed } from '../budget/repeat/close-repeat.js';
import type { Account } from '../command/account.js';
import type { Measurement } from '../measurement/measurement.js';
import type { Repeat } from '../measurement/repeat.js';
import { grouped } from '../units.js';
import { prepare } from './prepare.js';

export type RepeatChoice = {
  readonly runs: number;
  readonly warmups: number;
  /** A shell line before each run. */
  readonly prepare?: string;
  readonly judge: Repeat['judge'];
};

export type Repetition = RepeatChoice & {
  readonly account: Account | undefined;
  /** As the command has it. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly measureOnce: () => Promise<Measurement>;
  /** Asked to stop while the command ran, which may have ended well all the same. */
  readonly isStopped: () => boolean;
  readonly onRun: (text: string) => void;
};

/**
 * Measures a command several times. The first run that fails ends the series, a warm-up too.
 * @throws {NetmeterError} as the runs do, and PREPARE_FAILED
 */
export async function repeat(repetition: Repetition): Promise<Measurement> {
  const { runs, warmups, judge, measureOnce, isStopped } = repetition;
  const measured: Measurement[] = [];
  let warm = 0;
  while (measured.length < runs) {
    if (repetition.prepare !== undefined) await prepare(repetition.prepare, repetition);
    const measurement = await measureOnce();
    const isWarmup = warm < warmups;
    repetition.onRun(`${isWarmup ? 'warm-up' : `run ${measured.length + 1} of ${runs}`}: ${outcomeText(measurement)}`);
    const isOver = hasFailed(measurement.command) || isStopped();
    if (!isWarmup || isOver) measured.push(measurement);
    if (isOver) break;
    if (isWarmup) warm += 1;
  }
  return closeRepeat(measured, { judge, warmups: warm, isPrepared: repetition.prepare !== undefined });
}

function outcomeText({ traffic: { external }, budget, command }: Measurement): string {
  const { in: incoming, out } = external;
  const octets =
    incoming.wireOctets !== null && out.wireOctets !== null
      ? `${grouped(incoming.wireOctets)} B in, ${grouped(out.wireOctets)} B out`
      : 'unknown';
  if (hasFailed(command)) return `${octets}; it failed, which ends the series`;
  return budget && budget.verdict !== 'within' ? `${octets}; budget ${budget.verdict}` : octets;
}
