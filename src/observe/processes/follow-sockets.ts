import { Assembler } from '../../linux/bpf/assembler.js';
import { IPPROTO } from '../../linux/ip/ip-protocols.js';
import { TCP_STATE } from '../../linux/ip/tcp-states.js';
import { findProcess } from './current-process.js';
import { addToPair, describeSocket, noteSide, readSocket } from './describe-socket.js';
import { PAIR_KEY, PROCESS, SOCKET, STATE } from './process-layout.js';
import type { ProcessMaps } from './process-maps.js';
import { STACK } from './stack.js';

/**
 * Counts the connects of the tree, and remembers their sockets. At the raw tracepoint inet_sock_set_state
 * (inet_sk_state_store(), net/ipv4/af_inet.c), which runs in whoever connects: the addresses are there by then.
 *
 * Arguments: the socket, its state, its next state. r8: the process.
 */
export function followConnects(maps: ProcessMaps): Assembler {
  const code = new Assembler();
  code
    .load('u64', 'r2', 'r1', 0)
    .store('u64', 'r10', STACK.socket, 'r2')
    .load('u32', 'r1', 'r1', 16)
    // An accepted one begins, where another was.
    .jumpIf('r1', '==', TCP_STATE.SYN_RECV, 'none')
    .jumpIf('r1', '!=', TCP_STATE.SYN_SENT, 'out');
  findProcess(code, maps);
  readSocket(code, maps);
  noteSide(code, 'connected');
  describeSocket(code, maps);
  code
    .jumpIf('r0', '==', 0, 'remembered')
    .loadMapValue('r1', maps.state)
    .store('u64', 'r1', STATE.at.lostSockets, 1)
    .label('remembered')
    .load('u16', 'r1', 'r10', STACK.pair + PAIR_KEY.socket + SOCKET.protocol)
    .jumpIf('r1', '!=', IPPROTO.tcp, 'out')
    .move('r1', 1)
    .atomicAdd('r8', PROCESS.at.connects, 'r1')
    .store('u64', 'r8', PROCESS.at.used, 1)
    .store('u64', 'r10', STACK.fresh, 1);
  addToPair(code, maps);
  code.jump('out').label('none');
  code.remove(maps.sockets, STACK.socket);
  return code.label('placeless').label('out').move('r0', 0).exit();
}

/**
 * Forgets a socket of TCP. At the raw tracepoint tcp_destroy_sock (tcp_v4_destroy_sock(), net/ipv4/tcp_ipv4.c), behind
 * which nobody reads from it any more.
 *
 * Argument: the socket.
 */
export function forgetSockets(maps: ProcessMaps): Assembler {
  const code = new Assembler().load('u64', 'r2', 'r1', 0).store('u64', 'r10', STACK.socket, 'r2');
  return code.remove(maps.sockets, STACK.socket).move('r0', 0).exit();
}
