import type { Assembler } from '../../linux/bpf/assembler.js';
import type { BpfMap } from '../../linux/bpf/bpf-map.js';
import type { Register } from '../../linux/bpf/instruction.js';
import type { Places } from './classify.js';
import { PACKET } from './packet-context.js';
import type { PacketClock, RemoteMaps } from './remotes/count-remote.js';
import { REMOTE } from './remotes/remote-layout.js';

/** The maps that the programs of one meter share, and the devices that they tell apart. */
export type MeterMaps = RemoteMaps & {
  readonly places: Places | undefined;
  /** The cookie of the run's network namespace; undefined: packets do not tell theirs. */
  readonly network?: bigint | undefined;
  /** See {@link network}. */
  readonly nested: BpfMap;
  readonly clock: PacketClock;
  /** A {@link TOTAL} for each class, family, protocol and direction. */
  readonly totals: BpfMap;
  /** The MTU of each device, by its number. */
  readonly mtus: BpfMap;
  /** Has an entry for each socket that is counted; undefined: all are. */
  readonly owned?: BpfMap | undefined;
  /** The program that goes on with DNS messages. */
  readonly next?: { readonly fd: number } | undefined;
};

/**
 * Has the verifier know nothing of a register, whose value stays: branches that differ in it alone are one to it again, and
 * what follows is looked at once instead of once for each. r6: the packet. `spare` is lost.
 */
export const forget = (code: Assembler, register: Register, spare: Register): Assembler =>
  code.load('u32', spare, 'r6', PACKET.length).compute('xor', register, spare).compute('xor', register, spare);

/** r1 = the number at a place, of which the verifier does not learn from what is done with r1. r2 is lost. */
export const recall = (code: Assembler, place: number): Assembler =>
  forget(code.load('u64', 'r1', 'r10', place), 'r1', 'r2');

const REMOTE_PLACE = -160;

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
  /** The transport header's first 16 octets; zeros where there is none. */
  transport: -120,
  /** Octets behind all headers. */
  payload: -128,
  /** The total's place. */
  index: -136,
  /** The remote's key, and its first count. */
  remote: REMOTE_PLACE,
  fresh: REMOTE_PLACE - REMOTE.size,
} as const;
