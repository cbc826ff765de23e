import type { RecordedDelta } from './records/record.js';

/** The average rate of an interval and how far it can be off (null: unknown), in octets a second. @returns undefined: it is unknown */
export function averageRate({ external, elapsedMs }: RecordedDelta, way: 'in' | 'out') {
  const { wireOctets, errorBound } = external[way];
  if (wireOctets === null || elapsedMs === 0) return undefined;
  const perSecond = (octets: number) => (octets * 1000) / elapsedMs;
  return {
    octetsPerSecond: Math.round(perSecond(wireOctets)),
    errorBound: errorBound === null ? null : Math.ceil(perSecond(errorBound)),
  };
}
