import type { Assembler } from '../../linux/bpf/assembler.js';
import type { Register } from '../../linux/bpf/instruction.js';
import { PACKET } from './packet-context.js';
import { REMOTE } from './remotes/remote-layout.js';

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
const FRESH_PLACE = REMOTE_PLACE - REMOTE.size;

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
  fresh: FRESH_PLACE,
  /** Octets of the headers that each fragment would have a copy of, without its own (ip6_find_1stfragopt()). Above it are a gate's places. */
  repeated: FRESH_PLACE - 88,
} as const;
