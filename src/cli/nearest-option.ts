import { closest, distance } from 'fastest-levenshtein';
import { OPTIONS } from './options.js';

/** The option that was probably meant; undefined when none is near. */
export const nearestOption = (name: string): string | undefined =>
  nearestName(
    name,
    OPTIONS.map((option) => option.name),
  );

/** The same among other names. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  return nearestWord(
    name,
    known.map((option) => `--${option}`),
  );
}

/** The same among words. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const nearest = closest(word, known);
  return distance(word, nearest) <= Math.max(2, word.length / 3) ? nearest : undefined;
}
