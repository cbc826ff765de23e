import type { BpfMap } from '../../linux/bpf/maps/bpf-map.js';
import { recordOf } from '../../linux/bpf/record.js';
import { STACK } from '../meter/program-frame.js';

/** A range of addresses, in a trie: how many bits are compared, then an address, IPv4 as IPv6 (RFC 4291). */
export const RANGE = { size: 20, bits: 0, address: 4 } as const;

/** What a range that is left alone is left alone for: any port, or questions to a nameserver. */
export const EXEMPT = { any: 1, names: 2 } as const;

/** Ranges of a list, at most, and destinations that are remembered. */
export const MOST_RANGES = 65_536;
export const MOST_ATTEMPTS = 65_536;

/** A destination that was refused: an address, IPv4 as IPv6, the protocol's number, and a port as the network has it. */
export const ATTEMPT_KEY = { size: 24, address: 0, protocol: 16, port: 20 } as const;
export const ATTEMPT = recordOf('packets', 'octets');

/** External octets on the wire so far, what may pass, and what was refused. */
export const SPENT = recordOf(
  'in',
  'out',
  /** Of both: two numbers that are read one after the other could each miss what the other direction adds meanwhile. */
  'total',
  'mostIn',
  'mostOut',
  'mostTotal',
  /** Packets that would have gone, or went, beyond a limit. */
  'beyondIn',
  'beyondOut',
  'beyondTotal',
  /** Not 0: everything is refused from now on. */
  'refuses',
  'blockedPackets',
  'blockedOctets',
);

/** The maps of what holds a control group's sockets back. */
export type GateMaps = {
  /** Ranges by what they are left alone for: {@link EXEMPT}. */
  readonly exempt: BpfMap;
  readonly allowed: BpfMap;
  readonly denied: BpfMap;
  /** An {@link ATTEMPT} for each {@link ATTEMPT_KEY}. */
  readonly attempts: BpfMap;
  /** One {@link SPENT}. */
  readonly spent: BpfMap;
  /** What is not allowed is refused; else what is not denied is let pass. */
  readonly allowsListedAlone: boolean;
};

/** Places on the stack of a program, below those of the meter. */
export const PLACES = {
  range: STACK.fresh - 24,
  attempt: STACK.fresh - 48,
  count: STACK.fresh - 64,
  zero: STACK.fresh - 68,
  verdict: STACK.fresh - 80,
} as const;
