import { type SpawnOptions, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measurement } from '../src/measurement/measurement.js';
import { RUN_MS } from './wait.js';

export const ROOT = new URL('..', import.meta.url).pathname;
export const NETMETER = join(ROOT, 'bin/netmeter.js');
export const program = (name: string) => join(ROOT, 'fixtures/programs', name);

export type Ended = {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs the built command to its end, which comes by itself: one that hangs is killed, and its output is the error. */
export function netmeter(words: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
  return runToEnd(process.execPath, [NETMETER, ...words], options);
}

export function runToEnd(file: string, words: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
  const child = spawn(file, [...words], { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    // Time: the limit itself.
    const hangs = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`no end within ${RUN_MS / 1000} s: ${file} ${words.join(' ')}\n${stdout}\n${stderr}`));
    }, RUN_MS);
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
    child.once('close', () => clearTimeout(hangs));
  });
}

/** Measures a command with the built netmeter and returns its JSON report too. */
export async function measured(
  command: readonly string[],
  options: readonly string[] = [],
): Promise<Ended & { report: Measurement }> {
  const folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
  try {
    const file = join(folder, 'report.json');
    const ended = await netmeter(['--report', file, ...options, '--', ...command]);
    return { ...ended, report: JSON.parse(readFileSync(file, 'utf8')) as Measurement };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
