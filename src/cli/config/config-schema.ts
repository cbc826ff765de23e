import * as v from 'valibot';
import type { Limits } from '../../budget/limits.js';
import { parseCount, parseRate } from '../../budget/parse-limit.js';
import { parseSize } from '../../budget/parse-size.js';
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
const named = v.record(v.pipe(v.string(), v.nonEmpty()), size);

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
  remotes: v.optional(named),
  processes: v.optional(named),
});

const budget = { max: v.optional(v.pipe(notAList, limits)), warn: v.optional(v.pipe(notAList, limits)) };

const config = v.strictObject({
  $schema: v.optional(v.string()),
  ...budget,
  budgets: v.optional(v.record(v.string(), v.pipe(notAList, v.strictObject(budget)))),
});

export const configSchema = v.pipe(notAList, config);

/** Keys that a part of a configuration may have, for who misspells one. */
export const knownKeys = (depth: 'limits' | 'top') => Object.keys(depth === 'limits' ? limits.entries : config.entries);
