import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NETMETER, netmeter } from '../netmeter.js';

/** Node's own descriptors begin here, and those that a run opens before its command are fewer. */
const FIRST = 3;
const LAST = 24;
const numbers = Array.from({ length: LAST - FIRST + 1 }, (_, index) => FIRST + index);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netmeter-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A link as a repository can have one. */
function linkTo(target: string, name: string): string {
  const path = join(folder, name);
  symlinkSync(target, path);
  return path;
}

test.each([
  ['--report', 'cannot be written'],
  ['--baseline', ': '],
])('%s: a link to a descriptor by which Node speaks with itself is refused', async (option, refusal) => {
  for (const number of numbers) {
    const path = linkTo(`/dev/fd/${number}`, `${number}.json`);
    const { status, signal, stderr } = await netmeter(['--in-place', option, path, '--', 'true']);
    expect({ number, status, signal }).toEqual({ number, status: 125, signal: null });
    expect(stderr).toContain(`${path}${refusal === ': ' ? refusal : ` ${refusal}`}`);
  }
});

test('a link to a file or a pipe that netmeter was given is not', async () => {
  const file = openSync(join(folder, 'out'), 'w');
  const path = linkTo('/dev/fd/3', 'report.json');
  const words = ['--in-place', '--quiet', '--report', path, '--', 'true'];
  try {
    expect(await netmeter(words, { stdio: ['ignore', 'pipe', 'pipe', file] })).toMatchObject({ status: 0 });
  } finally {
    closeSync(file);
  }
  expect(JSON.parse(readFileSync(join(folder, 'out'), 'utf8'))).toMatchObject({ command: { exit: { code: 0 } } });
  const script = `"$0" "$@" 3>&1 >/dev/null | cat`;
  const piped = execFileSync('sh', ['-c', script, process.execPath, NETMETER, ...words], { encoding: 'utf8' });
  expect(JSON.parse(piped)).toMatchObject({ command: { exit: { code: 0 } } });
});
