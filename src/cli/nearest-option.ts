import { closest, distance } from 'fastest-levenshtein';
import { OPTIONS } from './options.js';

/** The option that was probably meant; undefined when none is near. */
export function nearestOption(name: string): string | undefined {
  const nearest = closest(
    name,
    OPTIONS.map((option) => `--${option.name}`),
  );
  return distance(name, nearest) <= Math.max(2, name.length / 3) ? nearest : undefined;
}
