import { Assembler } from '../../linux/bpf/assembler.js';
import { PAYLOAD_CLASSES } from '../../measurement/processes.js';
import { addPayload, findProcess } from './current-process.js';
import { addToPair, describeSocket, noteSide, readSocket } from './describe-socket.js';
import { CONTROL, PAIR_KEY, PAYLOAD_STEP, SIDES, SOCKET, STATE, WAYS, type Way } from './process-layout.js';
import type { ProcessMaps } from './process-maps.js';
import { SOCKET_IMAGE } from './socket-image.js';
import { STACK } from './stack.js';

/** MSG_PEEK and MSG_ERRQUEUE of linux/socket.h: what is looked at is received later, what comes back was never received. */
const NOT_RECEIVED = 0x2 | 0x2000;
const UNPLACED = PAYLOAD_CLASSES.indexOf('unplaced');

/**
 * Counts what a send or a receive has returned, by process and by process and remote. At the raw tracepoints
 * sock_send_length and sock_recv_length (Linux 6.3; call_trace_sock_send_length(), net/socket.c), which run in whoever has
 * called.
 *
 * Arguments: the socket, the result, the flags. r6: these. r7: octets. r8: the process.
 */
export function countMoves(way: Way, maps: ProcessMaps): Assembler {
  const code = new Assembler();
  code
    .move('r6', 'r1')
    .load('u64', 'r7', 'r6', 8)
    .compute('shiftLeft', 'r7', 32)
    .compute('shiftRightSigned', 'r7', 32)
    .jumpIf('r7', 'signed <=', 0, way === 'out' ? 'nothing' : 'out');
  if (way === 'in') code.load('u64', 'r1', 'r6', 16).compute('and', 'r1', NOT_RECEIVED).jumpIf('r1', '!=', 0, 'out');
  findProcess(code, maps);
  findSocket(code, maps);
  addToPair(code, maps, way);
  code.jump('count').label('placeless').move('r9', UNPLACED).label('count');
  addPayload(code, PAYLOAD_STEP.class, WAYS.indexOf(way) * PAYLOAD_STEP.way);
  code.label('out').label('none').move('r0', 0).exit();
  if (way === 'out') copySocket(code.label('nothing'), maps);
  return code;
}

/** Completes the socket of the pair's key; on to `placeless` where it has no remote of its own. */
function findSocket(code: Assembler, maps: ProcessMaps): void {
  code.load('u64', 'r1', 'r6', 0).store('u64', 'r10', STACK.socket, 'r1').store('u64', 'r10', STACK.fresh, 0);
  code.store('u64', 'r10', STACK.late, 0);
  code.lookUp(maps.sockets, STACK.socket).jumpIf('r0', '!=', 0, 'described');
  readSocket(code.label('read'), maps);
  code.load('u64', 'r1', 'r10', STACK.late).jumpIf('r1', '!=', 0, 'late');
  // A connect would have been seen, and would be remembered unless there was no room.
  code.loadMapValue('r1', maps.state).load('u64', 'r1', 'r1', STATE.at.lostSockets).jumpIf('r1', '!=', 0, 'forgotten');
  noteSide(code, 'accepted');
  code.store('u64', 'r10', STACK.fresh, 1);
  noteSide(code.jump('side').label('forgotten'), null);
  noteSide(code.jump('side').label('late'), 'connected');
  describeSocket(code.label('side'), maps);
  // Without room it will be described again.
  code.jumpIf('r0', '==', 0, 'complete').store('u64', 'r10', STACK.fresh, 0).jump('complete').label('described');
  // MPTCP connects before it has a remote.
  code.load('u16', 'r1', 'r0', SOCKET.port).jumpIf('r1', '!=', 0, 'copy').load('u8', 'r1', 'r0', SOCKET.side);
  code
    .jumpIf('r1', '!=', SIDES.indexOf('connected'), 'copy')
    .store('u64', 'r10', STACK.late, 1)
    .jump('read')
    .label('copy');
  for (let at = 0; at < SOCKET.size; at += 8)
    code.load('u64', 'r1', 'r0', at).store('u64', 'r10', STACK.pair + PAIR_KEY.socket + at, 'r1');
  code.label('complete');
}

/** Copies netmeter's own socket, when it asks for it: what it sends by that, fails. */
function copySocket(code: Assembler, { control, image }: ProcessMaps): void {
  code
    .loadMapValue('r9', control)
    .load('u64', 'r1', 'r9', CONTROL.at.probing)
    .jumpIf('r1', '==', 0, 'out')
    .call('get_current_pid_tgid')
    .load('u64', 'r1', 'r9', CONTROL.at.own)
    .jumpIf('r0', '!=', 'r1', 'out')
    .loadMapValue('r1', image)
    .move('r2', SOCKET_IMAGE)
    .load('u64', 'r3', 'r6', 0)
    .call('probe_read_kernel')
    .jump('out');
}
