import { fstatSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { version } from '../../version.js';
import { readyHelp } from '../help/ready-help.js';
import { BundleParts } from './bundle-parts.js';

/** The file of the rest of the command, as the build has named it. */
declare const MAIN_PART: string;

const STDOUT = 1;

/** What is said to one word, without loading what makes a run; undefined: that is not known here. */
function shortAnswer([word, ...others]: readonly string[]): string | undefined {
  if (others.length > 0) return undefined;
  if (word === '--version' || word === '-V') return `netmeter ${version}\n`;
  return (word === '--help' || word === '-h') && !mayBeTerminal() ? readyHelp() : undefined;
}

/** A terminal is as wide as it is. /dev/null is a device of memory, number 1, and none. */
function mayBeTerminal(): boolean {
  try {
    const status = fstatSync(STDOUT);
    return status.isCharacterDevice() && status.rdev >> 8 !== 1;
  } catch {
    return true;
  }
}

/** @returns how many octets of it were written at once */
function written(text: string): number {
  try {
    return writeSync(STDOUT, text);
  } catch {
    return 0;
  }
}

async function enter(): Promise<void> {
  const answer = shortAnswer(process.argv.slice(2));
  const rest = answer?.slice(written(answer));
  if (rest === '') return;
  const file = fileURLToPath(import.meta.url);
  const command = new BundleParts(file).load(join(dirname(file), 'bundle', MAIN_PART));
  const { main, print } = command as typeof import('../main.js');
  await (rest === undefined ? main() : print(rest));
}

void enter();
