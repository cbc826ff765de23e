import { Assembler } from '../../../linux/bpf/assembler.js';
import type { BpfMap } from '../../../linux/bpf/maps/bpf-map.js';
import { IPPROTO } from '../../../linux/ip/ip-protocols.js';
import type { MeterMaps } from '../program-maps.js';
import { REMOTE } from '../remotes/remote-layout.js';
import { TOTAL } from '../totals.js';
import { countLate } from './late-datagrams.js';
import { field, ORPHAN, readKernel } from './orphan-field.js';
import type { OrphanLayout } from './orphan-layout.js';
import { FLAGS, findConnection, readHeaders } from './orphan-packet.js';
import { findOrphansRemote } from './orphan-remote.js';
import { addPacket, headers, ownHeader, total } from './orphan-totals.js';

export type OrphanMaps = Omit<MeterMaps, 'mtus' | 'clock'> & { readonly connections: BpfMap; readonly counts: BpfMap };

/** TCP_TIME_WAIT (include/net/tcp_states.h), and SKB_DROP_REASON_NO_SOCKET (include/net/dropreason-core.h). */
export const TIME_WAIT = 6;
const NO_SOCKET = 3;
/** A header's length is known to 4 octets, with timestamps (RFC 7323): 20 octets and 12. */
const WITH_TIMESTAMPS = 32;
const TIMESTAMPS = 12;

/**
 * Counts what arrives for a connection of the tree that is no socket any more, where no program of its control group sees
 * it: a repeated or late FIN in TIME_WAIT, and what was in flight when a process was killed (tcp_v4_rcv(), which frees
 * both by sk_skb_reason_drop()). Those of TIME_WAIT are answered by an acknowledgement of no socket
 * (tcp_timewait_state_process()), which is counted with them. Of datagrams those are added up that may have been for a socket that
 * is closed. At the raw tracepoint kfree_skb.
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
  readHeaders(code, layout);
  goOnWithDatagrams(code, layout, maps);
  findConnection(code.label('segment'), layout, maps);
  findOrphansRemote(code, maps);
  countArrived(code, layout, maps.totals);
  countAnswer(code, maps.totals);
  return code.label('out').move('r0', 0).exit();
}

/** Behind IPv6's extension headers anything may be a datagram. r7: the version. */
function goOnWithDatagrams(code: Assembler, layout: OrphanLayout, maps: OrphanMaps): void {
  code
    .jumpIf('r6', '!=', 0, 'segment')
    .load('u8', 'r1', 'r10', ORPHAN.ip + 9)
    .jumpIf('r7', '==', 4, 'protocol known')
    .load('u8', 'r1', 'r10', ORPHAN.ip + 6)
    .jumpIf('r1', '==', IPPROTO.icmpv6, 'out')
    .jumpIf('r1', '!=', IPPROTO.tcp, 'datagram')
    .label('protocol known')
    .jumpIf('r1', '!=', IPPROTO.udp, 'segment')
    .label('datagram');
  countLate(code, layout, maps, 'segment');
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
