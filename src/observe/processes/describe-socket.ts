import { type Assembler, NOEXIST } from '../../linux/bpf/assembler.js';
import { AF_INET, AF_INET6 } from '../../linux/socket.js';
import { PAYLOAD_CLASSES } from '../../measurement/processes.js';
import { readKernel } from './current-process.js';
import { CONTROL, PAIR, PAIR_KEY, PROCESS, SIDES, type Side, SOCKET, STATE, type Way } from './process-layout.js';
import type { ProcessMaps } from './process-maps.js';
import { SOCK_COMMON, STACK } from './stack.js';

/** IPPROTO_ of the sockets that have a remote from their connect, or their accept, to their end: TCP, DCCP, SCTP, MPTCP. */
const CONNECTED = [6, 33, 132, 262] as const;

/** Where the socket of the pair's key is. */
const KEY = STACK.pair + PAIR_KEY.socket;
const ADDRESS = KEY + SOCKET.address;

const classOf = (name: (typeof PAYLOAD_CLASSES)[number]) => PAYLOAD_CLASSES.indexOf(name);

/**
 * Reads the socket whose address is on the stack, and puts its protocol into the pair's key: out where it is none of the
 * Internet's, on to `placeless` where it may have another remote for each packet.
 */
export function readSocket(code: Assembler, { control }: ProcessMaps): void {
  readKernel(code.load('u64', 'r3', 'r10', STACK.socket), STACK.common, SOCK_COMMON.size)
    .load('u16', 'r1', 'r10', STACK.common + SOCK_COMMON.family)
    .jumpIf('r1', '==', AF_INET, 'internet')
    .jumpIf('r1', '!=', AF_INET6, 'out')
    .label('internet')
    .loadMapValue('r1', control)
    .load('u64', 'r3', 'r1', CONTROL.at.protocolAt)
    .load('u64', 'r1', 'r10', STACK.socket)
    .compute('add', 'r3', 'r1');
  readKernel(code, STACK.scratch, 2)
    .load('u16', 'r1', 'r10', STACK.scratch)
    .store('u16', 'r10', KEY + SOCKET.protocol, 'r1');
  for (const protocol of CONNECTED) code.jumpIf('r1', '==', protocol, 'connected');
  code.jump('placeless').label('connected');
}

/** Notes the port of the service, of the socket that has just been read, and on the stack which end is its own. */
export function noteSide(code: Assembler, side: Side): void {
  const port = side === 'accepted' ? SOCK_COMMON.localPort : SOCK_COMMON.remotePort;
  code.load('u16', 'r1', 'r10', STACK.common + port);
  if (side !== 'accepted') code.swapBytes('r1', 16);
  code.store('u16', 'r10', KEY + SOCKET.port, 'r1').store('u64', 'r10', STACK.scratch, SIDES.indexOf(side));
}

/** Completes the socket of the pair's key and remembers it; r0: not 0 where there is no room for that. */
export function describeSocket(code: Assembler, maps: ProcessMaps): void {
  writeAddress(code);
  placeAddress(code, maps);
  // The class, and the rest of the word, of zeros, behind the side.
  code
    .compute('shiftLeft', 'r9', 8 * (SOCKET.class - SOCKET.side))
    .load('u64', 'r1', 'r10', STACK.scratch)
    .compute('or', 'r9', 'r1')
    .store('u32', 'r10', KEY + SOCKET.side, 'r9');
  code.update(maps.sockets, STACK.socket, KEY);
}

/** The remote's address, IPv4 as mapped; r9 = the class of loopback where it is the socket's own one, else of external. */
function writeAddress(code: Assembler): void {
  const common = (at: number) => STACK.common + at;
  code
    .move('r9', classOf('external'))
    .load('u16', 'r1', 'r10', common(SOCK_COMMON.family))
    .jumpIf('r1', '!=', AF_INET, 'version 6')
    .load('u32', 'r1', 'r10', common(SOCK_COMMON.ipv4))
    .store('u64', 'r10', ADDRESS, 0)
    .store('u32', 'r10', ADDRESS + 8, -65536)
    .store('u32', 'r10', ADDRESS + 12, 'r1')
    .load('u32', 'r2', 'r10', common(SOCK_COMMON.local4))
    .jumpIf('r1', '==', 'r2', 'own')
    .jump('written')
    .label('version 6')
    .load('u64', 'r1', 'r10', common(SOCK_COMMON.ipv6))
    .store('u64', 'r10', ADDRESS, 'r1')
    .load('u64', 'r2', 'r10', common(SOCK_COMMON.ipv6) + 8)
    .store('u64', 'r10', ADDRESS + 8, 'r2')
    .load('u64', 'r3', 'r10', common(SOCK_COMMON.local6))
    .jumpIf('r1', '!=', 'r3', 'written')
    .load('u64', 'r3', 'r10', common(SOCK_COMMON.local6) + 8)
    .jumpIf('r2', '!=', 'r3', 'written')
    .label('own')
    .move('r9', classOf('loopback'))
    .jump('placed')
    .label('written');
}

/** r9 = its class: 127/8 and ::1 are loopback, and this host's addresses are known. */
function placeAddress(code: Assembler, { hosts }: ProcessMaps): void {
  code
    .load('u64', 'r1', 'r10', ADDRESS)
    .jumpIf('r1', '!=', 0, 'elsewhere')
    .load('u16', 'r1', 'r10', ADDRESS + 10)
    .jumpIf('r1', '==', 0xffff, 'mapped')
    .load('u64', 'r1', 'r10', ADDRESS + 8)
    .swapBytes('r1', 64)
    .jumpIf('r1', '==', 1, 'loopback')
    .jump('elsewhere')
    .label('mapped')
    .load('u8', 'r1', 'r10', ADDRESS + 12)
    .jumpIf('r1', '!=', 127, 'elsewhere')
    .label('loopback')
    .move('r9', classOf('loopback'))
    .jump('placed')
    .label('elsewhere');
  code.lookUp(hosts, ADDRESS).jumpIf('r0', '==', 0, 'placed').move('r9', classOf('hostLocal')).label('placed');
}

/** r0 = the count of the process at r8 with the pair's key, whose socket is complete; without room, that of all others. */
function findPair(code: Assembler, maps: ProcessMaps): void {
  code.load('u64', 'r1', 'r8', PROCESS.at.id).store('u64', 'r10', STACK.pair + PAIR_KEY.process, 'r1');
  code.lookUp(maps.pairs, STACK.pair).jumpIf('r0', '!=', 0, 'pair');
  for (let at = 0; at < PAIR.size; at += 8) code.store('u64', 'r10', STACK.counts + at, 0);
  code.update(maps.pairs, STACK.pair, STACK.counts, NOEXIST).jumpIf('r0', '!=', 0, 'look again');
  code.loadMapValue('r1', maps.state).move('r2', 1).atomicAdd('r1', STATE.at.pairs, 'r2').label('look again');
  code.lookUp(maps.pairs, STACK.pair).jumpIf('r0', '!=', 0, 'pair');
  for (let at = 0; at < PAIR_KEY.size; at += 8) code.store('u64', 'r10', STACK.pair + at, 0);
  code.lookUp(maps.pairs, STACK.pair).jumpIf('r0', '==', 0, 'out').label('pair');
}

/** Counts r7 octets, where there is a way, and `fresh` connections, with the pair; r9 = its class. */
export function addToPair(code: Assembler, maps: ProcessMaps, way?: Way): void {
  code.load('u8', 'r9', 'r10', KEY + SOCKET.class);
  findPair(code, maps);
  if (way) code.atomicAdd('r0', PAIR.at[way], 'r7');
  code.load('u64', 'r1', 'r10', STACK.fresh).atomicAdd('r0', PAIR.at.connections, 'r1');
}
