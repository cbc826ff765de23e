import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/**
 * Runs a program with some input and hands over what it prints.
 * @param exempt has its pid from the start to the end
 * @returns whether it succeeded
 */
export async function runInside(
  [file = '', ...words]: readonly string[],
  input: string,
  take: (line: string) => void = () => {},
  exempt?: (pid: number) => Disposable,
): Promise<boolean> {
  const child = spawn(file, words, { stdio: ['pipe', 'pipe', 'ignore'] });
  using _ = child.pid === undefined ? undefined : exempt?.(child.pid);
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const lines = createInterface({ input: child.stdout }).on('line', take);
  const works = await once(child, 'close').then(
    ([code]) => code === 0,
    () => false,
  );
  lines.close();
  return works;
}
