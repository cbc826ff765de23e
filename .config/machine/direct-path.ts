import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

const PYTHON = 'python3';

/**
 * PATH with Python itself before what starts it: version managers put a shell script there that takes ten times as long, and
 * the tests start Python two thousand times.
 */
export function directPath(path: string): string {
  const folders = path.split(delimiter);
  const found = folders.findIndex((folder) => existsSync(join(folder, PYTHON)));
  if (found < 0) return path;
  const words = ['-c', 'import sys; print(sys.executable)'];
  const own = dirname(execFileSync(PYTHON, words, { encoding: 'utf8', env: { ...process.env, PATH: path } }).trim());
  return own === folders[found] ? path : folders.toSpliced(found, 0, own).join(delimiter);
}
