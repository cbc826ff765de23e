import * as v from 'valibot';
import type { Limits } from '../../budget/limits.js';
import { parseCount, parseRate } from '../../budget/parse-limit.js';
import { parseSize } from '../../budget/parse-size.js';
import { REMOTE_FORMS, whyNoRemote } from '../../budget/patterns/remote-pattern.js';
import { NetmeterError } from '../../errors.js';

/** Limits under a name. */
export type Budget = { readonly max?: Limits | undefined; readonly warn?: Limits | undefined };

/** What a configuration file holds: a budget of its own, and others that are asked for by name. */
export type Config = Budget & { readonly budgets?: Readonly<Record<string, Budget>> | undefined };

/** A word of the command line, or a number where one needs no unit. */
const word = <Output>(parse: (text: string) => Output) =>
  v.pipe(
    v.union([v.string(), v.number()]),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      try {
        return parse(String(dataset.value));
      } catch (error) {
        if (!(error instanceof NetmeterError)) throw error;
        addIssue({ message: `${error.message}. ${error.cure}` });
        return NEVER;
      }
    }),
  );

const size = word(parseSize);
const rate = word(parseRate);
const count = word(parseCount);
/**
 * A table whose keys are anybody's: names of hosts, programs, budgets. valibot leaves out what an object has by its prototype
 * (`constructor`, `__proto__`), so that a limit on it would be missing in silence: each key has a mark meanwhile.
 */
function keyed<Output>(
  value: v.GenericSchema<unknown, Output>,
  whyNot: (key: string) => string | undefined = () => undefined,
) {
  return v.pipe(
    v.unknown(),
    v.transform((given) => (isTable(given) ? renamed(given, (key) => `${MARK}${key}`) : given)),
    v.record(
      v.pipe(
        v.string(),
        v.minLength(MARK.length + 1, 'a name must not be empty'),
        v.check(
          (key) => whyNot(unmarked(key)) === undefined,
          ({ input }) => `${whyNot(unmarked(input))}. ${REMOTE_FORMS}`,
        ),
      ),
      value,
    ),
    v.transform((table) => renamed(table, unmarked)),
  );
}

/** No name in a configuration begins with it. */
const MARK = '\0';

/** A key as the configuration has it. */
export const unmarked = (key: string): string => (key.startsWith(MARK) ? key.slice(MARK.length) : key);

const isTable = (given: unknown): given is Readonly<Record<string, unknown>> =>
  typeof given === 'object' && given !== null && !Array.isArray(given);

/** Defines keys, where an assignment to `__proto__` would do something else. */
const renamed = <Value>(
  table: Readonly<Record<string, Value>>,
  rename: (key: string) => string,
): Record<string, Value> => Object.fromEntries(Object.entries(table).map(([key, value]) => [rename(key), value]));

/** A list is an object too, and without entries it would be a budget without limits. */
const notAList = v.custom<object>((value) => !Array.isArray(value), 'must be an object, not a list');

const limits = v.strictObject({
  in: v.optional(size),
  out: v.optional(size),
  total: v.optional(size),
  rateAverage: v.optional(rate),
  ratePeak: v.optional(rate),
  connections: v.optional(count),
  dnsQueries: v.optional(count),
  loopback: v.optional(size),
  hostLocal: v.optional(size),
  remotes: v.optional(keyed(size, whyNoRemote)),
  processes: v.optional(keyed(size)),
});

const budget = { max: v.optional(v.pipe(notAList, limits)), warn: v.optional(v.pipe(notAList, limits)) };

const config = v.strictObject({
  $schema: v.optional(v.string()),
  ...budget,
  budgets: v.optional(keyed(v.pipe(notAList, v.strictObject(budget)))),
});

export const configSchema: v.GenericSchema = v.pipe(notAList, config);

/** Keys that a part of a configuration may have, for who misspells one. */
export const knownKeys = (depth: 'limits' | 'top') => Object.keys(depth === 'limits' ? limits.entries : config.entries);
