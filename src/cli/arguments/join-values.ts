import type { NetmeterError } from '../../errors.js';
import type { Option } from './option.js';
import { findOption } from './options.js';
import { usage } from './usage-error.js';

/**
 * Our words with every value joined to its option: `--report -` becomes `--report=-`, because the parser takes a lone
 * word that begins with a dash for no value at all.
 * @throws {NetmeterError} for an option that is not ours: the parser would ignore it, and a budget with a typing error
 * would never fail
 */
export async function joinValues(own: readonly string[]): Promise<string[]> {
  const joined: string[] = [];
  const words = own.values();
  for (const word of words) {
    const option = isBundle(word) ? findOption(word.slice(0, 2)) : findOption(word);
    if (!option) throw await unknownOption(word);
    if (!option.value && word.includes('=')) throw usage(`--${option.name} takes no value`);
    joined.push(
      option.value && !word.includes('=') ? `--${option.name}=${requiredValue(option, words.next().value)}` : word,
    );
  }
  return joined;
}

/** Switches in one word: `-qV`. */
const isBundle = (word: string) =>
  /^-[a-z]{2,}$/i.test(word) && [...word.slice(1)].map((letter) => findOption(`-${letter}`)).every(isSwitch);

const isSwitch = (option: Option | undefined) => option !== undefined && option.value === undefined;

/** An option is no value: then the value was forgotten. */
function requiredValue({ name, value }: Option, next: string | undefined): string {
  if (!next || /^-\D/.test(next)) throw usage(`--${name} needs a value: ${value}`);
  return next;
}

async function unknownOption(word: string): Promise<NetmeterError> {
  const name = word.replace(/=.*/s, '');
  const { nearestOption } = await import('./nearest-option.js');
  const nearest = nearestOption(name);
  return usage(`unknown option ${name}${nearest ? `; did you mean ${nearest}?` : ''}`);
}
