import { spawn } from 'node:child_process';
import { ProcessTrace } from '../../src/evidence/process-trace.js';
import type { ProcessEvidence } from '../../src/measurement/processes.js';
import { once } from '../wait.js';

export type Told = Exclude<ProcessEvidence, { evidence: 'none' }>;

let runs = 0;

/** Runs a command on this machine under a trace, to the end of what it leaves behind. */
export async function traced(argv: readonly string[], meanwhile?: (pid: number) => Promise<void>): Promise<Told> {
  const trace = await ProcessTrace.open({ name: `netmeter-test-${process.pid}-${runs++}` });
  if ('missing' in trace) throw new Error(trace.missing);
  const [file = '', ...words] = argv;
  const child = spawn(file, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  trace.commandStarted(performance.now());
  const closed = once(child, 'close');
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  // Its stdout is closed when the last of its descendants is gone.
  await Promise.all([closed, meanwhile?.(child.pid ?? 0)]);
  const told = await trace.finish();
  if (told.evidence === 'none') throw new Error(`${told.reason} ${stdout}`);
  return told;
}
