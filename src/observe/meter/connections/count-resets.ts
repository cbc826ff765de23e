import { Assembler } from '../../../linux/bpf/assembler.js';
import { type OrphanMaps, TIME_WAIT } from '../orphans/count-orphans.js';
import { ORPHAN, readKernel } from '../orphans/orphan-field.js';
import type { OrphanLayout } from '../orphans/orphan-layout.js';
import { readOrphan } from '../orphans/orphan-packet.js';
import { findOrphansRemote } from '../orphans/orphan-remote.js';
import { addPacket, ownHeader, total } from '../orphans/orphan-totals.js';

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
