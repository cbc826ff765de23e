import { findOption } from './options.js';

/** netmeter's own words, and the command's, untouched. */
export type SplitArguments = { readonly own: readonly string[]; readonly command: readonly string[] };

/**
 * Cuts argv where the command begins: behind the first `--`, else at the first word that is neither an option nor an
 * option's value. The parser never sees the command's words: it would convert and re-order them.
 */
export function splitArguments(argv: readonly string[]): SplitArguments {
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (word === '--') return { own: argv.slice(0, index), command: argv.slice(index + 1) };
    if (!word.startsWith('-') || word === '-') return { own: argv.slice(0, index), command: argv.slice(index) };
    // `--` cannot be a value: then the value was forgotten, which the parser says.
    if (takesNextWord(word) && argv[index + 1] !== '--') index++;
  }
  return { own: argv, command: [] };
}

const takesNextWord = (word: string) => !word.includes('=') && findOption(word)?.value !== undefined;
