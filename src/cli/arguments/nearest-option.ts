import { closest, distance } from 'fastest-levenshtein';
import { OPTIONS } from './options.js';

/** Of an option with its dashes: fewer letters could be the start of anything. */
const SHORTEST_START = 4;

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

/** The same among words. What was not written to its end is the shortest word that goes on. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const [longer] = known.filter((each) => each.startsWith(word)).toSorted((a, b) => a.length - b.length);
  if (longer !== undefined && word.length >= SHORTEST_START) return longer;
  const nearest = closest(word, known);
  return isNear(bare(word), bare(nearest)) ? nearest : undefined;
}

/** The dashes are no part of what was mistyped. */
const bare = (word: string) => word.replace(/^-+/, '');

/** One letter in three may be wrong, and two that changed places; of two letters none is right where both are others. */
function isNear(word: string, other: string): boolean {
  const off = distance(word, other);
  const isSwapped = off === 2 && sorted(word) === sorted(other);
  return isSwapped || off <= Math.floor(word.length / 3);
}

const sorted = (word: string) => [...word].sort().join('');
