import type { Layers } from '../measurement/traffic.js';
import { ipOctets, linkBytes, packets } from '../units.js';

/** The layers of several links together. */
export function sumLayers(all: readonly Layers[]): Layers {
  const total = (layer: keyof Layers) => addKnown(all.map((layers) => layers[layer]));
  const branded = <T>(count: number | null, brand: (count: number) => T) => (count === null ? null : brand(count));
  return {
    wireOctets: branded(total('wireOctets'), ipOctets),
    ipOctets: branded(total('ipOctets'), ipOctets),
    linkBytes: branded(total('linkBytes'), linkBytes),
    packets: branded(total('packets'), packets),
  };
}

/** What is left without a part of it; null where that is less than nothing: then the two do not belong together. */
export const without = (all: number, part: number): number | null => (all < part ? null : all - part);

/** A sum with an unknown part is unknown. */
export const addKnown = (counts: readonly (number | null)[]) =>
  counts.reduce<number | null>((total, count) => (total === null || count === null ? null : total + count), 0);
