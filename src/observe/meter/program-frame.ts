import type { BpfMap } from '../../linux/bpf/bpf-map.js';

/** The maps that the programs of one meter share. */
export type MeterMaps = {
  /** A {@link TOTAL} for each class, family, protocol and direction. */
  readonly totals: BpfMap;
  /** The MTU of each device, by its number. */
  readonly mtus: BpfMap;
};

/** Places on the stack, below r10. */
export const STACK = {
  /** The IP header: 40 octets. */
  header: -64,
  /** What is read of the packet now and then. */
  scratch: -72,
  key: -80,
  /** Octets of all headers up to the payload. */
  headers: -88,
  /** 4 or 6. */
  version: -96,
  protocol: -104,
} as const;
