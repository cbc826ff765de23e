import { apportion } from './apportion.js';
import type { Counted } from './remote-tally.js';

/** A peer with a smaller segment size hides more headers than our MTU lets expect, but not more than this times. */
const MOST_HIDDEN = 3;

/**
 * What each count was on the wire. nftables count a GSO packet's header once: the headers that this hides are the wire's octets
 * beyond the counted ones, and are divided by how many each remote's packets must have hidden.
 * @param wireOctets of all of them, as a queue counted
 * @param isWhole nothing had crossed before they were counted
 */
export function withHiddenHeaders(counts: readonly Counted[], wireOctets: number, isWhole: boolean): number[] {
  const counted = counts.map(({ bytes }) => bytes);
  const beyond = wireOctets - sum(counted);
  const { weights, most } = weigh(counts, isWhole);
  const hidden = Math.min(beyond, most);
  if (hidden <= 0) return counted;
  const added = apportion(hidden, weights);
  return counted.map((bytes, index) => bytes + (added[index] ?? 0));
}

/** By the hidden headers that are certain; where small packets cover them up, by the payload. */
function weigh(
  counts: readonly Counted[],
  isWhole: boolean,
): { readonly weights: readonly number[]; readonly most: number } {
  const hidden = counts.map(({ hiddenHeaders }) => hiddenHeaders);
  const payload = counts.map((count) => count.payload);
  const certain = sum(hidden);
  // A header of 72 octets for half a segment of 1448: as many as there can be.
  const possible = Math.floor(sum(payload) / 10);
  if (certain === 0) return { weights: payload, most: isWhole ? possible : 0 };
  return { weights: hidden, most: isWhole ? Math.max(certain * MOST_HIDDEN, possible) : certain };
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0);
