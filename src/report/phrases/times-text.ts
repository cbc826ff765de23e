/** A share above this says less than how many times it is. */
const PERCENT_TO = 10;
const TIMES_TO = 1000;

/** How many times, in words, where percents would be figures that nobody reads; undefined: they are not. */
export function timesText(ratio: number): string | undefined {
  if (ratio <= PERCENT_TO) return undefined;
  return ratio > TIMES_TO ? `over ${TIMES_TO} times` : `${Math.floor(ratio)} times`;
}
