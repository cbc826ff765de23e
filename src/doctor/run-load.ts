import type { Measurement } from '../measurement/measurement.js';

/** A load that hangs ends itself. One in an emulated machine takes minutes. */
const LIMIT_MS = 300_000;

/** What running netmeter has come to: what it reports, and, where its command failed or it did, why. */
export type LoadRun = { readonly measurement?: Measurement; readonly failure?: string };

/** What a program has left that was to print a report. */
export type Ended = {
  readonly failed: boolean;
  readonly timedOut: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it could not be started, or how it ended. */
  readonly shortMessage?: string | undefined;
};

/** Runs netmeter with a load. It has `--report -` among its words. */
export async function runLoad(file: string, words: readonly string[]): Promise<LoadRun> {
  // Loaded here: most of what doctor does starts nothing.
  const { execa } = await import('execa');
  return readRun(await execa(file, words, { timeout: LIMIT_MS, stdin: 'ignore', reject: false }));
}

/** The reason is in the words of whoever failed; without any, how it ended. The words that it was started with are a page of code. */
export function readRun({ failed, timedOut, stdout, stderr, shortMessage = '' }: Ended): LoadRun {
  const measurement = reportIn(stdout);
  if (!failed && measurement) return { measurement };
  const said = stderr.split('\n').find((line) => line.trim() !== '');
  const ended = /^[^:]*/.exec(shortMessage)?.[0] || 'it printed no report';
  const failure = timedOut ? `it took longer than ${LIMIT_MS / 60_000} min` : (said ?? ended);
  return measurement ? { measurement, failure } : { failure };
}

function reportIn(text: string): Measurement | undefined {
  try {
    return JSON.parse(text) as Measurement;
  } catch {
    return undefined;
  }
}
