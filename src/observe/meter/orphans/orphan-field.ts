import type { Assembler } from '../../../linux/bpf/assembler.js';

/** Places on the stack, below r10. */
export const ORPHAN = {
  /** The IP header, and behind it the TCP header's first 20 octets. */
  ip: -40,
  tcp: -64,
  key: -104,
  scratch: -112,
  /** Where the packet's headers are: the IP header, the TCP header. */
  network: -120,
  transport: -128,
  index: -136,
  /** Octets of the IP header. */
  ipHeader: -144,
  /** The remote's key, and where it is counted; 0: nowhere. */
  remoteKey: -168,
  remote: -176,
} as const;

/** `size` octets of the kernel's memory at r3 to `place` on the stack; out where they cannot be read. */
export function readKernel(code: Assembler, place: number, size: number): void {
  code.placeOnStack('r1', place).move('r2', size).call('probe_read_kernel').jumpIf('r0', '!=', 0, 'out');
}

/** `to` = the field of `size` octets at `offset` of the structure that r8 points to. */
export function field(code: Assembler, to: 'r1' | 'r7' | 'r9', offset: number, size: 2 | 4 | 8): void {
  code.move('r3', 'r8').compute('add', 'r3', offset);
  readKernel(code, ORPHAN.scratch, size);
  code.load(size === 2 ? 'u16' : size === 4 ? 'u32' : 'u64', to, 'r10', ORPHAN.scratch);
}
