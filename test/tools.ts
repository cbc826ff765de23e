import { spawnSync } from 'node:child_process';
import { describe } from 'vitest';

/** Debian's own Python, for which apt installs modules; the first in PATH may be another. */
export const PYTHON = '/usr/bin/python3';

/** What a tool makes of a text; it must take it without a word on stderr. */
export function feed(tool: string, words: readonly string[], text: string): string {
  const { status, stdout, stderr } = spawnSync(tool, [...words], { input: text, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${tool} ${words.join(' ')}: ${stderr}`);
  return stdout;
}

/** A suite that needs programs of the system. Without them it is skipped with the reason, or fails where all must run. */
export function describeWith(checks: readonly string[], name: string, suite: () => void): void {
  const failed = checks.filter((check) => spawnSync('sh', ['-c', check]).status !== 0);
  if (failed.length === 0) describe(name, suite);
  else if (process.env['NETMETER_NAMESPACE_TESTS'] === 'required')
    throw new Error(`missing here: ${failed.join(', ')}`);
  else describe.skip(`${name} (skipped, missing: ${failed.join(', ')})`, suite);
}
