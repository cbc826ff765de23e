import type { Assembler } from '../../linux/bpf/assembler.js';
import type { BpfMap } from '../../linux/bpf/maps/bpf-map.js';
import { IPPROTO } from '../../linux/ip/ip-protocols.js';
import { recall, STACK } from '../meter/program-frame.js';
import { ROLES } from '../meter/remotes/remote-layout.js';
import { CLASSES_OUTSIDE, STEP, type Way } from '../meter/totals.js';
import { ATTEMPT_KEY, type GateMaps, PLACES, SPENT } from './gate-layout.js';
import { judgeAddress, noteAttempt, writeIpv4, writeIpv6 } from './judge-address.js';

/** TCP's flags, in the fourteenth octet of its header (RFC 9293). */
const FLAGS = { at: 13, rst: 0x04, syn: 0x02, ack: 0x10 } as const;

/**
 * Before a packet is counted, of the classes outside alone: refuses what goes where it may not, also by a socket that named
 * its destination before, and what would go beyond a limit. What comes in is counted against the limits, and no more of it is
 * refused than datagrams: TCP has to be ended by the answers that it does not get.
 * r6: the packet. r7: packets on the wire. r8: wire octets. r0 to r5 are lost.
 */
export function holdPacket(code: Assembler, way: Way, gate: GateMaps, roles: BpfMap): void {
  code.load('u32', 'r1', 'r10', STACK.index).jumpIf('r1', '>=', CLASSES_OUTSIDE * STEP.class, 'held');
  if (way === 'out') {
    passAnswers(code, roles);
    writeDestination(code);
    judgeAddress(code, gate, 'not allowed');
    code.label('allowed');
    spend(code, way, gate);
    refuse(code, gate);
  } else {
    spend(code, way, gate);
    code.label('beyond');
    recall(code, STACK.protocol).jumpIf('r1', '!=', IPPROTO.udp, 'held').store('u64', 'r10', PLACES.verdict, 0);
  }
  code.label('held');
}

/** A copy of what came in is refused as the first one was. Goes to 'pass'. */
export function holdCopy(code: Assembler, gate: GateMaps): void {
  code.load('u32', 'r1', 'r10', STACK.index).jumpIf('r1', '>=', CLASSES_OUTSIDE * STEP.class, 'pass');
  recall(code, STACK.protocol).jumpIf('r1', '!=', IPPROTO.udp, 'pass');
  spentRecord(code, gate, 'pass')
    .load('u64', 'r1', 'r0', SPENT.at.refuses)
    .jumpIf('r1', '==', 0, 'pass')
    .store('u64', 'r10', PLACES.verdict, 0)
    .jump('pass');
}

/** To those who opened a connection themselves; and resets, so that a peer hears of the end. */
function passAnswers(code: Assembler, roles: BpfMap): void {
  recall(code, STACK.protocol)
    .jumpIf('r1', '!=', IPPROTO.tcp, 'judged')
    .load('u8', 'r1', 'r10', STACK.transport + FLAGS.at)
    .jumpIf('r1', '&', FLAGS.rst, 'held')
    .compute('and', 'r1', FLAGS.syn | FLAGS.ack)
    .jumpIf('r1', '==', FLAGS.syn, 'judged')
    .jumpIf('r1', '==', FLAGS.syn | FLAGS.ack, 'allowed')
    .load('u16', 'r1', 'r10', STACK.transport)
    .swapBytes('r1', 16)
    .compute('and', 'r1', 0xffff)
    .loadMapValue('r2', roles)
    .compute('add', 'r2', 'r1')
    .load('u8', 'r1', 'r2', ROLES.tcp)
    .jumpIf('r1', '==', ROLES.server, 'allowed')
    .label('judged');
}

function writeDestination(code: Assembler): void {
  code
    .store('u32', 'r10', PLACES.attempt + ATTEMPT_KEY.protocol, 0)
    .store('u32', 'r10', PLACES.attempt + ATTEMPT_KEY.port, 0);
  recall(code, STACK.protocol)
    .store('u8', 'r10', PLACES.attempt + ATTEMPT_KEY.protocol, 'r1')
    .jumpIf('r1', '==', IPPROTO.tcp, 'to port')
    .jumpIf('r1', '!=', IPPROTO.udp, 'to address')
    .label('to port')
    .load('u16', 'r1', 'r10', STACK.transport + 2)
    .store('u16', 'r10', PLACES.attempt + ATTEMPT_KEY.port, 'r1')
    .label('to address');
  recall(code, STACK.version).jumpIf('r1', '==', 6, 'to version 6');
  writeIpv4(code, (each) => each.load('u32', 'r1', 'r10', STACK.header + 16)).jump('written');
  writeIpv6(code.label('to version 6'), (each, at) => each.load('u32', 'r1', 'r10', STACK.header + 24 + at));
  code.label('written');
}

/** r0 = the one record of what was spent. */
const spentRecord = (code: Assembler, { spent }: GateMaps, none: string) =>
  code.store('u32', 'r10', PLACES.zero, 0).lookUp(spent, PLACES.zero).jumpIf('r0', '==', 0, none);

/**
 * Adds the packet to what was spent, goes to 'held' within the limits, and goes on beyond one, for good. What goes out and is
 * beyond is taken off again. A sum is read after the packet was added (BPF_FETCH would need Linux 5.12): what others add
 * meanwhile is in it, so that nobody passes beyond a limit, and who stays within it is never refused.
 */
function spend(code: Assembler, way: Way, gate: GateMaps): void {
  const { at } = SPENT;
  spentRecord(code, gate, 'held');
  if (way === 'out') code.load('u64', 'r1', 'r0', at.refuses).jumpIf('r1', '!=', 0, 'beyond');
  code
    .atomicAdd('r0', at[way], 'r8')
    .atomicAdd('r0', at.total, 'r8')
    .move('r4', 1)
    .load('u64', 'r1', 'r0', at[way])
    .load('u64', 'r2', 'r0', way === 'in' ? at.mostIn : at.mostOut)
    .jumpIf('r1', '>', 'r2', 'beyond own')
    .load('u64', 'r1', 'r0', at.total)
    .load('u64', 'r2', 'r0', at.mostTotal)
    .jumpIf('r1', '<=', 'r2', way === 'in' ? 'within' : 'held')
    .atomicAdd('r0', at.beyondTotal, 'r4')
    .jump('passed')
    .label('beyond own')
    .atomicAdd('r0', way === 'in' ? at.beyondIn : at.beyondOut, 'r4')
    .label('passed')
    .store('u64', 'r0', at.refuses, 1);
  if (way === 'in') {
    code.jump('beyond').label('within').load('u64', 'r1', 'r0', at.refuses).jumpIf('r1', '==', 0, 'held');
    return;
  }
  code.move('r1', 0).compute('subtract', 'r1', 'r8').atomicAdd('r0', at[way], 'r1').atomicAdd('r0', at.total, 'r1');
}

/** Ends the program: the packet is not sent, and its sender gets EPERM. */
function refuse(code: Assembler, gate: GateMaps): void {
  code.jump('beyond').label('not allowed');
  noteAttempt(code, gate, (each) => each.move('r1', 'r8'));
  spentRecord(code.label('beyond'), gate, 'gone')
    .atomicAdd('r0', SPENT.at.blockedOctets, 'r8')
    .atomicAdd('r0', SPENT.at.blockedPackets, 'r7')
    .label('gone')
    .move('r0', 0)
    .exit();
}
