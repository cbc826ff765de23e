import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const USUAL = 80;
/** Wider lines would be hard to read. */
const WIDEST = 100;

/** Columns of a terminal that are used; some say 0 when they do not know. */
export const usedWidth = (width: number | undefined): number => Math.min(width || USUAL, WIDEST);

/** Where the build has put it: beside the command's own file, or above its parts. */
const FOLDERS = ['./', '../'];

/**
 * The help as the build has laid it out for what is no terminal, and for most that are; undefined where that was not for this
 * width, or there was no build.
 */
export function readyHelp(width?: number): string | undefined {
  for (const folder of FOLDERS) {
    try {
      return readFileSync(fileURLToPath(new URL(`${folder}help-${usedWidth(width)}.txt`, import.meta.url)), 'utf8');
    } catch {
      // It is not there.
    }
  }
  return undefined;
}
