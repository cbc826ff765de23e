import type { Limits } from '../../budget/limits.js';
import { NetmeterError } from '../../errors.js';
import { usage } from '../arguments/usage-error.js';
import type { Budget, Config } from './config-schema.js';
import type { ConfigFile } from './find-config.js';
import { parseConfig } from './parse-config.js';
import { type Reading, readSource } from './read-source.js';

/**
 * The budget of a configuration file: the one of a name, else the file's own.
 * @throws {NetmeterError} CONFIG or USAGE
 */
async function loadBudget(file: ConfigFile, name: string | undefined, reading: Reading): Promise<Budget> {
  try {
    return chooseBudget(file.path, parseConfig(await readSource(file, reading)), name);
  } catch (error) {
    if (!file.found || !(error instanceof NetmeterError) || error.code !== 'CONFIG') throw error;
    // Nobody has named it, and may not have meant it.
    const cure = `${error.cure}\n--no-config leaves it out.`;
    throw new NetmeterError('CONFIG', error.message, { cure, cause: error });
  }
}

function chooseBudget(path: string, config: Config, name: string | undefined): Budget {
  if (name === undefined) return config;
  const { budgets = {} } = config;
  const chosen = Object.hasOwn(budgets, name) ? budgets[name] : undefined;
  if (chosen) return chosen;
  const names = Object.keys(budgets);
  throw usage(
    `${path} has no budget '${name}'`,
    names.length > 0 ? `It has: ${names.join(', ')}.` : 'Name one there, under "budgets".',
  );
}

/** Limits of words, and behind them those of a configuration's budget. @throws {NetmeterError} CONFIG or USAGE */
export async function withBudgetOf(file: ConfigFile, name: string | undefined, words: LimitsByLevel, reading: Reading) {
  const { max, warn } = await loadBudget(file, name, reading);
  return {
    limits: mergeLimits(max, words.limits),
    warnLimits: mergeLimits(warn, words.warnLimits),
    ...((adds(max, words.limits) || adds(warn, words.warnLimits)) && { config: file.path }),
  };
}

/** Whether any limit of the file counts. Of those by name the words may have given others. */
const adds = (file: Limits = {}, words: Limits = {}): boolean =>
  Object.keys(file).some((key) => !Object.hasOwn(words, key) || key === 'remotes' || key === 'processes');

type LimitsByLevel = { readonly limits: Limits; readonly warnLimits: Limits };

/** The file's limits, where words have not given others. */
function mergeLimits(file: Limits = {}, words: Limits = {}): Limits {
  const named = (key: 'remotes' | 'processes') =>
    file[key] || words[key] ? { [key]: { ...file[key], ...words[key] } } : {};
  return { ...file, ...words, ...named('remotes'), ...named('processes') };
}
