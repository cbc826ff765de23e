import type { NetmeterError } from '../../../errors.js';
import type { Option } from '../option.js';
import type { Values } from '../option-values.js';
import { findOption, OPTIONS } from '../options.js';
import { usage } from '../usage-error.js';

/**
 * Every value of every option that was given. The table says what follows an option: a parser that has to be loaded would take
 * as long as a tenth of Node's own start.
 * @throws {NetmeterError} USAGE: also for an option that is not ours, or a budget with a typing error would never fail
 */
export async function readValues(own: readonly string[]): Promise<Values> {
  const given = new Map<Option, string[]>();
  const words = own.values();
  for (const word of words) {
    for (const option of await optionsOf(word)) {
      const values = given.get(option) ?? [];
      given.set(option, values);
      values.push(option.value === undefined ? 'true' : givenValue(option, word, words));
    }
  }
  // In the order of the table, as the first that is wrong is reported.
  const inOrder = OPTIONS.filter((option) => given.has(option));
  for (const option of inOrder) await check(option, given.get(option) ?? []);
  return new Map(
    inOrder.map((option) => [option.name, option.value === undefined ? ['true'] : (given.get(option) ?? [])]),
  );
}

/** What a word names: an option, or several switches in one word (`-qV`). */
async function optionsOf(word: string): Promise<readonly Option[]> {
  const bundled = /^-[a-z]{2,}$/i.test(word) ? [...word.slice(1)].map((letter) => findOption(`-${letter}`)) : [];
  if (bundled.length > 0 && bundled.every(isSwitch)) return bundled;
  const option = findOption(word);
  if (!option) throw await unknownOption(word);
  if (isSwitch(option) && word.includes('=')) throw usage(`--${option.name} takes no value`);
  return [option];
}

const isSwitch = (option: Option | undefined): option is Option => option !== undefined && option.value === undefined;

function givenValue({ name, value }: Option, word: string, following: Iterator<string>): string {
  const [, joined] = /^[^=]*=(.*)$/s.exec(word) ?? [];
  if (joined !== undefined) return joined;
  const next: string = following.next().value ?? '';
  // An option is no value: then the value was forgotten.
  if (next === '' || /^-\D/.test(next)) throw usage(`--${name} needs a value: ${value}`);
  return next;
}

async function check(option: Option, given: readonly string[]): Promise<void> {
  const { name, value, repeatable, choices } = option;
  if (value === undefined) return;
  if (given.length > 1 && !repeatable) throw usage(`--${name} was given ${given.length} times`, 'Give it once.');
  if (given.includes('')) throw usage(`--${name} needs a value: ${value}`);
  const strange = given.find((choice) => choices && !choices.includes(choice));
  if (choices && strange !== undefined) throw await strangeChoice(name, strange, choices);
}

async function strangeChoice(name: string, given: string, choices: readonly string[]): Promise<NetmeterError> {
  const { nearestWord } = await import('../nearest-option.js');
  const nearest = nearestWord(given, choices);
  const meant = nearest ? `; did you mean ${nearest}?` : '';
  return usage(`--${name} cannot be '${given}'${meant}`, `Choose one of: ${choices.join(', ')}.`);
}

async function unknownOption(word: string): Promise<NetmeterError> {
  const name = word.replace(/=.*/s, '');
  const { nearestOption } = await import('../nearest-option.js');
  const nearest = nearestOption(name);
  return usage(`unknown option ${name}${nearest ? `; did you mean ${nearest}?` : ''}`);
}
