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
  const nearest = closest(
    name,
    known.map((option) => `--${option}`),
  );
  return distance(name, nearest) <= Math.max(2, name.length / 3) ? nearest : undefined;
}
