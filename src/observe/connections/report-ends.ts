import { Assembler } from '../../linux/bpf/assembler.js';
import { END, ROLE } from './end-record.js';
import { ACCEPTED, AF_INET, askForChanges, CHANGES, CLOSED, CONNECTS, OPS } from './sock-ops.js';

type Map = { readonly fd: number };

/** Flags of bpf_ringbuf_submit(), and what bpf_ringbuf_query() is asked for: octets that nobody has read (linux/bpf.h). */
const NO_WAKEUP = 1;
const FORCE_WAKEUP = 2;
const AVAILABLE = 0;

/** What the program fills: the role of each open connection by its cookie, records, and how many had no room. */
export type EndMaps = {
  readonly open: Map;
  readonly ends: Map;
  readonly lost: Map;
  /** So many octets of records are left to wait before the reader is woken: waking it for each takes longer than a connection. */
  readonly waiting: number;
};

const COOKIE = -8;
const NEW_ROLE = -16;
const LOST_KEY = -20;

/** Numbers that are copied as they are. */
const WORDS = [
  [OPS.oldState, END.oldState],
  [OPS.family, END.family],
  [OPS.localPort, END.localPort],
  [OPS.srtt, END.srtt],
  [OPS.minRtt, END.minRtt],
  [OPS.next, END.next],
  [OPS.unacknowledged, END.unacknowledged],
  [OPS.retransmitted, END.retransmitted],
  [OPS.segsIn, END.segsIn],
  [OPS.dataSegsIn, END.dataSegsIn],
] as const;

/**
 * Reports each TCP connection of a control group as it ends (tcp_call_bpf() of tcp_set_state(), net/ipv4/tcp.c), with who
 * opened it. It changes nothing of theirs.
 *
 * r6: the context. r7: what has happened, then the connection's role. r8: the record.
 */
export function reportEnds(maps: EndMaps): Assembler {
  const code = new Assembler();
  code
    .move('r6', 'r1')
    .load('u32', 'r7', 'r6', OPS.kind)
    .jumpIf('r7', '==', CHANGES, 'changes')
    .store('u32', 'r10', NEW_ROLE, ROLE.client)
    .jumpIf('r7', '==', CONNECTS, 'opens')
    .store('u32', 'r10', NEW_ROLE, ROLE.server)
    .jumpIf('r7', '!=', ACCEPTED, 'out')
    .label('opens');
  remember(code, maps);
  code.label('changes').load('u32', 'r1', 'r6', OPS.newState).jumpIf('r1', '!=', CLOSED, 'out');
  withCookie(code, maps).call('map_lookup_elem').jumpIf('r0', '==', 0, 'out').load('u32', 'r7', 'r0', 0);
  withCookie(code, maps)
    .call('map_delete_elem')
    .loadMap('r1', maps.ends)
    .move('r2', END.size)
    .move('r3', 0)
    .call('ringbuf_reserve')
    .jumpIf('r0', '==', 0, 'no room')
    .move('r8', 'r0');
  fill(code);
  code
    .loadMap('r1', maps.ends)
    .move('r2', AVAILABLE)
    .call('ringbuf_query')
    .move('r2', NO_WAKEUP)
    .jumpIf('r0', '<', maps.waiting, 'submit')
    .move('r2', FORCE_WAKEUP)
    .label('submit')
    .move('r1', 'r8')
    .call('ringbuf_submit')
    .jump('out');
  return code
    .label('no room')
    .store('u32', 'r10', LOST_KEY, 0)
    .loadMap('r1', maps.lost)
    .move('r2', 'r10')
    .compute('add', 'r2', LOST_KEY)
    .call('map_lookup_elem')
    .jumpIf('r0', '==', 0, 'out')
    .move('r1', 1)
    .atomicAdd('r0', 0, 'r1')
    .label('out')
    .move('r0', 1)
    .exit();
}

function remember(code: Assembler, maps: EndMaps): void {
  askForChanges(code);
  withCookie(code, maps)
    .move('r3', 'r10')
    .compute('add', 'r3', NEW_ROLE)
    .move('r4', 0)
    .call('map_update_elem')
    .jumpIf('r0', '!=', 0, 'no room')
    .jump('out');
}

/** r1: the map of open connections; r2: this one's key. */
const withCookie = (code: Assembler, { open }: EndMaps) =>
  code
    .move('r1', 'r6')
    .call('get_socket_cookie')
    .store('u64', 'r10', COOKIE, 'r0')
    .loadMap('r1', open)
    .move('r2', 'r10')
    .compute('add', 'r2', COOKIE);

function fill(code: Assembler): void {
  code
    .load('u64', 'r1', 'r10', COOKIE)
    .store('u64', 'r8', END.cookie, 'r1')
    .store('u32', 'r8', END.role, 'r7')
    // In the order of the network, in a word of 32 bits.
    .load('u32', 'r1', 'r6', OPS.remotePort)
    .swapBytes('r1', 32)
    .store('u32', 'r8', END.remotePort, 'r1');
  for (const [from, to] of WORDS) code.load('u32', 'r1', 'r6', from).store('u32', 'r8', to, 'r1');
  for (const [from, to] of [
    [OPS.bytesReceived, END.bytesReceived],
    [OPS.bytesAcked, END.bytesAcked],
  ] as const)
    code.load('u64', 'r1', 'r6', from).store('u64', 'r8', to, 'r1');
  code
    .load('u32', 'r1', 'r6', OPS.remote4)
    .store('u32', 'r8', END.remote, 'r1')
    .load('u32', 'r1', 'r6', OPS.local4)
    .store('u32', 'r8', END.local, 'r1')
    .load('u32', 'r1', 'r6', OPS.family)
    .jumpIf('r1', '==', AF_INET, 'filled');
  for (const word of [0, 4, 8, 12])
    code
      .load('u32', 'r1', 'r6', OPS.remote6 + word)
      .store('u32', 'r8', END.remote + word, 'r1')
      .load('u32', 'r1', 'r6', OPS.local6 + word)
      .store('u32', 'r8', END.local + word, 'r1');
  code.label('filled');
}
