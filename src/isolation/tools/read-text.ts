import { readFileSync } from 'node:fs';

/**
 * The text of a small file of the kernel's or of /etc; undefined where it cannot be read. Octets that are no UTF-8 are U+FFFD: for
 * any other encoding Node would take 64 KiB for a file whose size it does not know, which takes longer than to read it.
 */
export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
