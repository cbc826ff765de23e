import type { Values } from './option-values.js';
import { OPTIONS } from './options.js';
import { usage } from './usage-error.js';

/** For yargs-parser, which yargs itself parses with; the rest of yargs, 20 ms to load, is only needed for the help. */
const PARSER = {
  string: OPTIONS.filter((option) => option.value).map((option) => option.name),
  boolean: OPTIONS.filter((option) => !option.value).map((option) => option.name),
  alias: Object.fromEntries(OPTIONS.flatMap(({ name, alias }) => (alias ? [[name, [alias]]] : []))),
  configuration: {
    'parse-numbers': false,
    'parse-positional-numbers': false,
    'dot-notation': false,
    'camel-case-expansion': false,
    'boolean-negation': false,
    'greedy-arrays': false,
    'strip-aliased': true,
  },
};

/** Every value of every option that was given. @throws {NetmeterError} USAGE */
export async function readValues(own: readonly string[]): Promise<Values> {
  // `netmeter -- COMMAND` does not pay for a parser.
  const { default: parse } = await import('yargs-parser');
  const parsed = parse([...own], PARSER);
  const values = new Map<string, readonly string[]>();
  for (const option of OPTIONS) {
    const value: unknown = parsed[option.name];
    if (value === undefined) continue;
    const given = (Array.isArray(value) ? value : [value]).map(String);
    if (given.length > 1 && !option.repeatable)
      throw usage(`--${option.name} was given ${given.length} times`, 'Give it once.');
    if (option.value && given.includes('')) throw usage(`--${option.name} needs a value: ${option.value}`);
    const strange = option.choices && given.find((choice) => !option.choices?.includes(choice));
    if (strange !== undefined)
      throw usage(`--${option.name} cannot be '${strange}'`, `Choose one of: ${option.choices?.join(', ')}.`);
    values.set(option.name, given);
  }
  return values;
}
