import { Assembler } from '../../linux/bpf/assembler.js';
import type { BpfMap } from '../../linux/bpf/bpf-map.js';
import type { OrphanLayout } from './orphan-layout.js';
import { FLAGS, field, ORPHAN, readKernel, readOrphan } from './orphan-packet.js';
import { findOrphansRemote } from './orphan-remote.js';
import type { MeterMaps } from './program-frame.js';
import { REMOTE } from './remote-layout.js';
import { atTotal, STEP, TOTAL, WAYS, type Way } from './totals.js';

export type OrphanMaps = Omit<MeterMaps, 'mtus'> & { readonly connections: BpfMap };

/** TCP_TIME_WAIT (include/net/tcp_states.h), and SKB_DROP_REASON_NO_SOCKET (include/net/dropreason-core.h). */
const TIME_WAIT = 6;
const NO_SOCKET = 3;
/** A header's length is known to 4 octets, with timestamps (RFC 7323): 20 octets and 12. */
const WITH_TIMESTAMPS = 32;
const TIMESTAMPS = 12;
const TCP_HEADER = 20;

/** r9 = the total at `index` and `way`; out where there is none. */
function total(code: Assembler, totals: BpfMap, way: Way): void {
  code
    .store('u32', 'r10', ORPHAN.scratch, 0)
    .loadMap('r1', totals)
    .move('r2', 'r10')
    .compute('add', 'r2', ORPHAN.scratch)
    .call('map_lookup_elem')
    .load('u64', 'r1', 'r10', ORPHAN.index)
    .compute('add', 'r1', WAYS.indexOf(way) * STEP.way);
  atTotal(code, 'r1', 'out').move('r9', 'r0');
}

/** Adds a packet of r1 octets, of which r3 are payload, to the total at r9, and to its remote where that is counted apart. */
function addPacket(code: Assembler, way: Way): void {
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

/**
 * Counts what arrives for a connection of the tree that is no socket any more, where no program of its control group sees
 * it: a repeated or late FIN in TIME_WAIT, and what was in flight when a process was killed (tcp_v4_rcv(), which frees
 * both by sk_skb_reason_drop()). Those of TIME_WAIT are answered by an acknowledgement of no socket
 * (tcp_timewait_state_process()), which is counted with them. At the raw tracepoint kfree_skb.
 *
 * Arguments: the packet, who frees it, why, and the socket. r8: the packet. r7: its octets.
 */
export function countOrphans(layout: OrphanLayout, maps: OrphanMaps): Assembler {
  const code = new Assembler();
  code.move('r6', 'r1').load('u64', 'r8', 'r6', 24).move('r9', 0).jumpIf('r8', '==', 0, 'no socket');
  code.move('r3', 'r8').compute('add', 'r3', layout.socketState);
  readKernel(code, ORPHAN.scratch, 1);
  code.load('u8', 'r1', 'r10', ORPHAN.scratch).jumpIf('r1', '!=', TIME_WAIT, 'out');
  code.move('r3', 'r8').compute('add', 'r3', layout.timeWaitState);
  readKernel(code, ORPHAN.scratch, 1);
  code.load('u8', 'r9', 'r10', ORPHAN.scratch).jump('ours');
  code.label('no socket').load('u32', 'r1', 'r6', 16).jumpIf('r1', '!=', NO_SOCKET, 'out');
  // r6: the state in TIME_WAIT, 0 without a socket.
  code.label('ours').load('u64', 'r8', 'r6', 0).move('r6', 'r9');
  readOrphan(code, layout, maps);
  findOrphansRemote(code, maps);
  countArrived(code, layout, maps.totals);
  countAnswer(code, maps.totals);
  return code.label('out').move('r0', 0).exit();
}

/** r7 = its IP octets; each hidden segment has IP and TCP headers of its own. */
function countArrived(code: Assembler, layout: OrphanLayout, totals: BpfMap): void {
  field(code, 'r9', layout.data, 8);
  code.load('u64', 'r1', 'r10', ORPHAN.network).compute('subtract', 'r9', 'r1');
  field(code, 'r7', layout.length, 4);
  code.compute('add', 'r7', 'r9');
  total(code, totals, 'in');
  headers(code, 'r2');
  code.move('r1', 'r7').move('r3', 'r7').compute('subtract', 'r3', 'r2');
  addPacket(code, 'in');
  // Its segments: skb_shinfo() is where the head ends.
  code.store('u64', 'r10', ORPHAN.network, 'r9');
  field(code, 'r9', layout.head, 8);
  field(code, 'r1', layout.end, 4);
  code.compute('add', 'r9', 'r1').move('r3', 'r9').compute('add', 'r3', layout.segments);
  readKernel(code, ORPHAN.scratch, 2);
  code.load('u16', 'r1', 'r10', ORPHAN.scratch).jumpIf('r1', '<', 2, 'counted');
  code.compute('subtract', 'r1', 1).store('u64', 'r10', ORPHAN.scratch, 'r1');
  total2(code);
  code.label('counted');
}

/** Adds as many headers as the scratch says, to the total that was kept. */
function total2(code: Assembler): void {
  headers(code, 'r2');
  code
    .load('u64', 'r9', 'r10', ORPHAN.network)
    .load('u64', 'r1', 'r10', ORPHAN.scratch)
    .atomicAdd('r9', TOTAL.at.packets, 'r1')
    .compute('multiply', 'r2', 'r1')
    .atomicAdd('r9', TOTAL.at.wireOctets, 'r2')
    .load('u64', 'r4', 'r10', ORPHAN.remote)
    .jumpIf('r4', '==', 0, 'counted')
    .atomicAdd('r4', REMOTE.at.inPackets, 'r1')
    .atomicAdd('r4', REMOTE.at.inOctets, 'r2');
}

/** `to` = octets of the headers of IP and TCP. r4 is lost. */
function headers(code: Assembler, to: 'r2'): void {
  code
    .load('u8', to, 'r10', ORPHAN.tcp + 12)
    .compute('shiftRight', to, 4)
    .compute('shiftLeft', to, 2)
    .load('u64', 'r4', 'r10', ORPHAN.ipHeader)
    .compute('add', to, 'r4');
}

/** In TIME_WAIT a FIN, or old data, is acknowledged again; r7: octets that arrived. */
function countAnswer(code: Assembler, totals: BpfMap): void {
  code
    .jumpIf('r6', '!=', TIME_WAIT, 'out')
    .load('u8', 'r1', 'r10', ORPHAN.tcp + FLAGS.at)
    .move('r2', 'r1')
    .compute('and', 'r2', FLAGS.syn | FLAGS.reset)
    .jumpIf('r2', '!=', 0, 'out')
    .load('u8', 'r8', 'r10', ORPHAN.tcp + 12)
    .compute('shiftRight', 'r8', 4)
    .compute('shiftLeft', 'r8', 2)
    .compute('and', 'r1', FLAGS.fin)
    .jumpIf('r1', '!=', 0, 'answered')
    // Without payload it asks for no answer.
    .load('u64', 'r1', 'r10', ORPHAN.ipHeader)
    .compute('add', 'r1', 'r8')
    .jumpIf('r7', '<=', 'r1', 'out')
    .label('answered');
  total(code, totals, 'out');
  ownHeader(code);
  code.jumpIf('r8', '<', WITH_TIMESTAMPS, 'plain').compute('add', 'r1', TIMESTAMPS).label('plain').move('r3', 0);
  addPacket(code, 'out');
}

/** r1 = octets of an answer without options: the IP header of its family, and TCP's. */
function ownHeader(code: Assembler): void {
  code
    .load('u8', 'r2', 'r10', ORPHAN.ip)
    .compute('shiftRight', 'r2', 4)
    .move('r1', 20 + TCP_HEADER)
    .jumpIf('r2', '==', 4, 'header known')
    .move('r1', 40 + TCP_HEADER)
    .label('header known');
}

/**
 * Counts the resets that answer a packet, which are sent by no socket of the tree's (tcp_v4_send_reset(),
 * tcp_v6_send_reset()): whoever closes with data unread sends its own, which its control group sees. At the raw tracepoint tcp_send_reset.
 *
 * Arguments: a socket, and the packet that is answered.
 */
export function countResets(layout: OrphanLayout, maps: OrphanMaps): Assembler {
  const code = new Assembler();
  // r6: whether a full socket is answered for.
  code.load('u64', 'r8', 'r1', 8).load('u64', 'r9', 'r1', 0).move('r6', 0);
  code.jumpIf('r8', '==', 0, 'out').jumpIf('r9', '==', 0, 'socket known');
  code.move('r3', 'r9').compute('add', 'r3', layout.socketState);
  readKernel(code, ORPHAN.scratch, 1);
  code.load('u8', 'r1', 'r10', ORPHAN.scratch).jumpIf('r1', '==', TIME_WAIT, 'socket known').move('r6', 1);
  code.label('socket known');
  readOrphan(code, layout, maps);
  if (layout.answersHaveSocket) code.jumpIf('r6', '==', 0, 'unseen').jumpIf('r7', '==', 4, 'out').label('unseen');
  findOrphansRemote(code, maps);
  total(code, maps.totals, 'out');
  ownHeader(code);
  code.move('r3', 0);
  addPacket(code, 'out');
  return code.label('out').move('r0', 0).exit();
}
