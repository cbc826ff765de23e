import * as v from 'valibot';
import { nearestWord } from '../arguments/nearest-option.js';
import { configError } from './config-error.js';
import { type Config, configSchema, knownKeys, unmarked } from './config-schema.js';
import type { ConfigSource } from './config-source.js';

/** @throws {NetmeterError} CONFIG, pointing at the first key that is wrong */
export function parseConfig({ value, locate }: ConfigSource): Config {
  const result = v.safeParse(configSchema, value);
  if (result.success) return result.output as Config;
  const [issue] = result.issues;
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'string' ? unmarked(key) : (key as PropertyKey)));
  throw configError(locate(path), messageOf(issue, path));
}

function messageOf(issue: v.BaseIssue<unknown>, path: readonly PropertyKey[]): string {
  const at = path.map(String).join('.');
  const key = String(path.at(-1) ?? '');
  if (issue.expected === 'never') {
    const nearest = nearestWord(key, knownKeys(/^(?:max|warn)$/.test(String(path.at(-2))) ? 'limits' : 'top'));
    return `unknown key '${at}'${nearest === undefined ? '' : `; did you mean '${nearest}'?`}`;
  }
  if (issue.type === 'custom') return `${at || 'the configuration'} ${issue.message}`;
  if (['raw_transform', 'min_length', 'check'].includes(issue.type)) return `${at}: ${issue.message}`;
  return `${at || 'the configuration'} must be ${wanted(issue.expected)}, not ${issue.received}`;
}

/** valibot's `(string | number)` in words. */
const wanted = (expected: string | null) =>
  expected
    ?.replaceAll(/[()]/g, '')
    .split(' | ')
    .map((type) => `${/^[aeiou]/i.test(type) ? 'an' : 'a'} ${type.toLowerCase()}`)
    .join(' or ') ?? 'something else';
