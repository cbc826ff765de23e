import type { Assembler } from '../../../linux/bpf/assembler.js';
import type { BpfMap } from '../../../linux/bpf/maps/bpf-map.js';
import { recall, STACK } from '../program-frame.js';
import type { Way } from '../totals.js';
import { INSIDE, REMOTE_KEY } from './remote-layout.js';

/** Which address of a packet is this side's, and which the other's. */
export const ownEnd = (way: Way) => (way === 'in' ? 'destination' : 'source');
export const otherEnd = (way: Way) => (way === 'in' ? 'source' : 'destination');

/** r0 = what is known of the key's address: {@link INSIDE}. */
export const lookInside = (code: Assembler, inside: BpfMap): Assembler => code.lookUp(inside, STACK.remote);

/** Remembers the key's address, this end's, and goes to 'noted': what another namespace of the command's sends there is not external. */
export function noteInside(code: Assembler, inside: BpfMap): void {
  lookInside(code, inside)
    .jumpIf('r0', '!=', 0, 'noted')
    .store('u64', 'r10', STACK.scratch, INSIDE.nested)
    .update(inside, STACK.remote, STACK.scratch);
}

/** An address of the IP header becomes the key's. */
export function copyAddress(code: Assembler, which: 'source' | 'destination'): void {
  const [at4, at6] = which === 'source' ? [12, 8] : [16, 24];
  const [version6, copied] = [code.newLabel('address 6'), code.newLabel('address copied')];
  const key = STACK.remote + REMOTE_KEY.address;
  recall(code, STACK.version)
    .jumpIf('r1', '==', 6, version6)
    .store('u64', 'r10', key, 0)
    .load('u32', 'r1', 'r10', STACK.header + at4)
    .compute('shiftLeft', 'r1', 32)
    .move('r2', 0xffff)
    .compute('shiftLeft', 'r2', 16)
    .compute('or', 'r1', 'r2')
    .store('u64', 'r10', key + 8, 'r1')
    .jump(copied)
    .label(version6);
  for (const half of [0, 8])
    code.load('u64', 'r1', 'r10', STACK.header + at6 + half).store('u64', 'r10', key + half, 'r1');
  code.label(copied);
}
