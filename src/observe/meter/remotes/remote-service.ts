import type { Assembler } from '../../../linux/bpf/assembler.js';
import type { BpfMap } from '../../../linux/bpf/maps/bpf-map.js';
import { IPPROTO } from '../../../linux/ip/ip-protocols.js';
import { forget, recall, STACK } from '../program-frame.js';
import { STEP, type Way } from '../totals.js';
import { REMOTE_KEY, ROLES, SERVER_BIT } from './remote-layout.js';

/** TCP's flags, in the fourteenth octet of its header (RFC 9293). */
export const TCP_FLAGS = { at: 13, syn: 0x02, ack: 0x10 } as const;

/**
 * The service's port, and whose it is: with TCP the remote's where this side has sent the SYN, with UDP where it has sent
 * the first datagram. r9: this side's port. r3: the other's. r4: role.
 */
export function serviceOf(code: Assembler, way: Way, roles: BpfMap): void {
  const [own, other] = way === 'in' ? [2, 0] : [0, 2];
  const opener = way === 'in' ? ROLES.server : ROLES.client;
  recall(code, STACK.protocol)
    // Whole slots: the verifier takes what is written in part for what was there before.
    .store('u64', 'r10', STACK.remote + REMOTE_KEY.port, 0)
    .store('u8', 'r10', STACK.remote + REMOTE_KEY.protocol, 'r1')
    .move('r3', 0)
    .move('r4', ROLES.none)
    .move('r2', ROLES.tcp)
    .jumpIf('r1', '==', IPPROTO.tcp, 'has ports')
    .jumpIf('r1', '!=', IPPROTO.udp, 'service')
    .move('r2', ROLES.udp)
    .label('has ports');
  forget(code, 'r2', 'r1')
    .load('u16', 'r9', 'r10', STACK.transport + own)
    .swapBytes('r9', 16)
    .compute('and', 'r9', 0xffff)
    .compute('add', 'r2', 'r9')
    .jumpIf('r2', '>=', ROLES.size, 'done')
    .loadMapValue('r3', roles)
    .compute('add', 'r3', 'r2')
    .load('u8', 'r4', 'r3', 0);
  recall(code, STACK.protocol)
    .jumpIf('r1', '==', IPPROTO.tcp, 'tcp role')
    .jumpIf('r4', '!=', ROLES.none, 'role')
    .jump('opens')
    .label('tcp role');
  flags(code);
  code
    .jumpIf('r1', '!=', TCP_FLAGS.syn, 'role')
    .label('opens')
    .move('r4', opener)
    .store('u8', 'r3', 0, 'r4')
    .label('role');
  portOfService(code, other);
  placeOfRemote(code, { index: STACK.index, key: STACK.remote });
}

/** r3 = the service's port, by the role that r4 says; r9: this side's. */
function portOfService(code: Assembler, other: number): void {
  code
    .move('r3', 'r9')
    .jumpIf('r4', '==', ROLES.server, 'service')
    .load('u16', 'r3', 'r10', STACK.transport + other)
    .swapBytes('r3', 16)
    .label('service')
    .store('u16', 'r10', STACK.remote + REMOTE_KEY.port, 'r3');
}

/** r1 = whether the segment has SYN, and ACK. */
export const flags = (code: Assembler) =>
  code.load('u8', 'r1', 'r10', STACK.transport + TCP_FLAGS.at).compute('and', 'r1', TCP_FLAGS.syn | TCP_FLAGS.ack);

/** Class and family from a total's index, and the role that r4 says. */
export function placeOfRemote(code: Assembler, { index, key }: { readonly index: number; readonly key: number }): void {
  code
    .load('u64', 'r1', 'r10', index)
    .compute('divide', 'r1', STEP.family)
    .compute('shiftLeft', 'r1', 1)
    .jumpIf('r4', '!=', ROLES.server, 'placed')
    .compute('or', 'r1', SERVER_BIT)
    .label('placed')
    .store('u8', 'r10', key + REMOTE_KEY.place, 'r1');
}
