import type { Assembler } from '../../../linux/bpf/assembler.js';
import type { BpfMap } from '../../../linux/bpf/maps/bpf-map.js';
import { CONNECTION_COUNTS } from '../connections/connections.js';
import { LOOPBACK_DEVICE } from '../packet-context.js';
import { ROLES } from '../remotes/remote-layout.js';
import { field, ORPHAN } from './orphan-field.js';
import type { OrphanLayout } from './orphan-layout.js';

/** Where UDP's header has the port that a datagram came for (RFC 768). */
const TO = 2;

export type LateMaps = { readonly roles: BpfMap; readonly counts: BpfMap };

/**
 * Adds up the octets of a datagram that nobody took (__udp4_lib_rcv(), __udp6_lib_rcv()) and that came, from outside of this machine,
 * for a port that a socket of the tree has had: it may be an answer to one that was closed, or another one's by now. What comes for
 * any other port is none of the tree's. r8: the packet, whose headers are read. Goes to `done`, or out.
 */
export function countLate(code: Assembler, layout: OrphanLayout, { roles, counts }: LateMaps, done: string): void {
  field(code, 'r1', layout.device, 4);
  code
    .jumpIf('r1', '==', LOOPBACK_DEVICE, done)
    .load('u16', 'r2', 'r10', ORPHAN.tcp + TO)
    .swapBytes('r2', 16)
    .compute('and', 'r2', 0xffff)
    .compute('add', 'r2', ROLES.udp)
    .jumpIf('r2', '>=', ROLES.size, done)
    .loadMapValue('r1', roles)
    .compute('add', 'r1', 'r2')
    .load('u8', 'r1', 'r1', 0)
    .jumpIf('r1', '==', ROLES.none, done);
  field(code, 'r9', layout.data, 8);
  code.load('u64', 'r1', 'r10', ORPHAN.network).compute('subtract', 'r9', 'r1');
  field(code, 'r7', layout.length, 4);
  code
    .compute('add', 'r7', 'r9')
    .store('u32', 'r10', ORPHAN.scratch, 0)
    .lookUp(counts, ORPHAN.scratch)
    .jumpIf('r0', '==', 0, 'out')
    .atomicAdd('r0', CONNECTION_COUNTS.at.late, 'r7')
    .jump(done);
}
