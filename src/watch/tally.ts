import type { Amount, SampleRecord, Tally, Total } from './records/record.js';

export const NO_TALLY: Tally = { octets: '0', errorBound: '0', unknown: 0 };

/** Adds an interval's amount; `partly`: some of it is missing though the rest is known. */
export function addTally(tally: Tally, amount: Pick<Amount, 'wireOctets' | 'errorBound'>, partly = false): Tally {
  const { wireOctets, errorBound } = amount;
  const unbounded = (tally.unbounded ?? 0) + (wireOctets !== null && errorBound === null ? 1 : 0);
  return {
    octets: wireOctets === null ? tally.octets : String(BigInt(tally.octets) + BigInt(wireOctets)),
    errorBound: errorBound === null ? tally.errorBound : String(BigInt(tally.errorBound) + BigInt(errorBound)),
    unknown: tally.unknown + (partly || wireOctets === null ? 1 : 0),
    ...(unbounded > 0 && { unbounded }),
  };
}

/** Adds an amount that has no bound: it is exact. */
export const addExact = (tally: Tally, octets: number | null, partly = false) =>
  addTally(tally, { wireOctets: octets, errorBound: octets === null ? null : 0 }, partly);

const UNKNOWN: Amount = { wireOctets: null, errorBound: null, ipOctets: null };

/** What happened before the machine's start, or before a control group was found, is missing from an interval. */
export const isPartial = ({ events, meter }: Pick<SampleRecord, 'events' | 'meter'>) =>
  events.some((event) => (event.kind === 'reboot' && !meter) || (event.kind === 'cgroup-appeared' && event.late > 0));

/** The total with one more sample; the first of all has nothing to add. */
export function addTotal(
  total: Total | undefined,
  sample: Pick<SampleRecord, 'at' | 'delta' | 'events' | 'meter'>,
): Total {
  if (!total) return { since: sample.at, samples: 1, in: NO_TALLY, out: NO_TALLY, loopback: NO_TALLY };
  const { delta } = sample;
  const partly = isPartial(sample);
  return {
    since: total.since,
    samples: total.samples + 1,
    in: addTally(total.in, delta?.external.in ?? UNKNOWN, partly),
    out: addTally(total.out, delta?.external.out ?? UNKNOWN, partly),
    loopback: addExact(total.loopback, delta?.loopback ?? null, partly),
  };
}
