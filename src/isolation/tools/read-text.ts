import { readFileSync } from 'node:fs';

/** The text of a small file of the kernel's or of /etc; undefined where it cannot be read. */
export function readText(file: string, encoding: 'latin1' | 'utf8' = 'latin1'): string | undefined {
  try {
    return readFileSync(file, encoding);
  } catch {
    return undefined;
  }
}
