import { nearestOption, nearestWord } from './nearest-option.js';
import { findOption } from './options.js';

/** What some editors and web pages put in the place of two dashes, or of one. */
const DASHES = /^[\u2010-\u2015\u2212]+/;

/** What may stand behind a number, and belongs to it. */
const UNIT = /^(?:[kmgt]?i?b?(?:\/s)?|ms|s|m|h|%)$/i;

/**
 * What was probably meant by a command that is no program: one of netmeter's own, an option, the rest of an option's value.
 * @param argv all words @param word the first of the command
 * @returns undefined when nothing is near
 */
export function mistakenCommand(argv: readonly string[], word: string, own: readonly string[]): string | undefined {
  const at = argv.indexOf(word);
  // Behind `--` it was meant to be a program.
  if (argv.slice(0, at).includes('--')) return undefined;
  if (DASHES.test(word)) return meantOption(word);
  const [option, value] = [argv[at - 2] ?? '', argv[at - 1] ?? ''];
  if (UNIT.test(word) && findOption(option)?.value !== undefined && /^[\d._]+$/.test(value))
    return `${option} ${value}${word}`;
  const command = at === 0 ? nearestWord(word, own) : undefined;
  return command && `netmeter ${command}`;
}

function meantOption(word: string): string | undefined {
  const [name = '', ...value] = word.replace(DASHES, '--').split('=');
  if (name === '--') return '--';
  const option = findOption(name) ? name : nearestOption(name);
  return option && [option, ...value].join('=');
}
