import type { Assembler } from '../../../linux/bpf/assembler.js';
import type { BpfMap } from '../../../linux/bpf/maps/bpf-map.js';
import { REMOTE } from '../remotes/remote-layout.js';
import { atTotal, STEP, TOTAL, WAYS, type Way } from '../totals.js';
import { ORPHAN } from './orphan-field.js';

const TCP_HEADER = 20;

/** r9 = the total at `index` and `way`; out where there is none. */
export function total(code: Assembler, totals: BpfMap, way: Way): void {
  code
    .store('u32', 'r10', ORPHAN.scratch, 0)
    .lookUp(totals, ORPHAN.scratch)
    .load('u64', 'r1', 'r10', ORPHAN.index)
    .compute('add', 'r1', WAYS.indexOf(way) * STEP.way);
  atTotal(code, 'r1', 'out').move('r9', 'r0');
}

/** Adds a packet of r1 octets, of which r3 are payload, to the total at r9, and to its remote where that is counted apart. */
export function addPacket(code: Assembler, way: Way): void {
  const unknown = code.newLabel('remote unknown');
  code
    .atomicAdd('r9', TOTAL.at.wireOctets, 'r1')
    .atomicAdd('r9', TOTAL.at.ipOctets, 'r1')
    .atomicAdd('r9', TOTAL.at.payload, 'r3')
    .move('r2', 1)
    .atomicAdd('r9', TOTAL.at.packets, 'r2')
    .load('u64', 'r4', 'r10', ORPHAN.remote)
    .jumpIf('r4', '==', 0, unknown)
    .atomicAdd('r4', REMOTE.at[`${way}Octets`], 'r1')
    .atomicAdd('r4', REMOTE.at[`${way}Payload`], 'r3')
    .atomicAdd('r4', REMOTE.at[`${way}Packets`], 'r2')
    .label(unknown);
}

/** `to` = octets of the headers of IP and TCP. r4 is lost. */
export function headers(code: Assembler, to: 'r2'): void {
  code
    .load('u8', to, 'r10', ORPHAN.tcp + 12)
    .compute('shiftRight', to, 4)
    .compute('shiftLeft', to, 2)
    .load('u64', 'r4', 'r10', ORPHAN.ipHeader)
    .compute('add', to, 'r4');
}

/** r1 = octets of an answer without options: the IP header of its family, and TCP's. */
export function ownHeader(code: Assembler): void {
  code
    .load('u8', 'r2', 'r10', ORPHAN.ip)
    .compute('shiftRight', 'r2', 4)
    .move('r1', 20 + TCP_HEADER)
    .jumpIf('r2', '==', 4, 'header known')
    .move('r1', 40 + TCP_HEADER)
    .label('header known');
}
