import type { Assembler } from '../../linux/bpf/assembler.js';
import { AF_INET } from '../../linux/socket.js';
import { END_KEY, END_SUM, FLAGS, NEVER, ROLE } from './end-sums.js';
import { OPS } from './sock-ops.js';

const COOKIE = -8;
const KEY = COOKIE - 8 - END_KEY.size;
const FRESH = KEY - END_SUM.size;

/** Places on the stack, below r10. */
export const STACK = {
  cookie: COOKIE,
  /** Of a new connection. */
  role: COOKIE - 8,
  /** An {@link END_KEY}, and zeros for a new sum. */
  key: KEY,
  fresh: FRESH,
  /** Octets that arrived, and the smallest round trip. */
  received: FRESH - 8,
  roundTrip: FRESH - 16,
} as const;

/** What a word of the context says of a connection, if it is not 0. */
const FLAGGED = [
  [OPS.dataSegsIn, FLAGS.hasData],
  [OPS.retransmitted, FLAGS.retransmitted],
  [OPS.segsIn, FLAGS.heard],
] as const;

/** Address and port; on to `summed` where the address is the connection's own one, with which it has not left the machine. r1: the role. */
export function writeRemote(code: Assembler): void {
  code
    .load('u32', 'r2', 'r6', OPS.localPort)
    .jumpIf('r1', '==', ROLE.server, 'port')
    // In the order of the network, in a word of 32 bits.
    .load('u32', 'r2', 'r6', OPS.remotePort)
    .swapBytes('r2', 32)
    .label('port')
    .store('u16', 'r10', STACK.key + END_KEY.port, 'r2')
    .load('u32', 'r1', 'r6', OPS.family)
    .jumpIf('r1', '!=', AF_INET, 'version 6')
    .load('u32', 'r1', 'r6', OPS.remote4)
    .load('u32', 'r2', 'r6', OPS.local4)
    .jumpIf('r1', '==', 'r2', 'summed')
    .store('u64', 'r10', STACK.key, 0)
    .store('u32', 'r10', STACK.key + 8, -65536)
    .store('u32', 'r10', STACK.key + 12, 'r1')
    .jump('remote')
    .label('version 6')
    .move('r3', 0);
  for (const word of [0, 4, 8, 12])
    code
      .load('u32', 'r1', 'r6', OPS.remote6 + word)
      .store('u32', 'r10', STACK.key + word, 'r1')
      .load('u32', 'r2', 'r6', OPS.local6 + word)
      .compute('xor', 'r1', 'r2')
      .compute('or', 'r3', 'r1');
  code.jumpIf('r3', '==', 0, 'summed').label('remote');
}

/** r7 = flags; r9 = octets out, with those that nobody has acknowledged; those that arrived are on the stack, as the round trip is. */
export function readCounts(code: Assembler): void {
  code
    .load('u32', 'r1', 'r6', OPS.oldState)
    .store('u8', 'r10', STACK.key + END_KEY.state, 'r1')
    .move('r7', 0);
  for (const [field, flag] of FLAGGED) {
    const none = code.newLabel('none');
    code.load('u32', 'r1', 'r6', field).jumpIf('r1', '==', 0, none).compute('or', 'r7', flag).label(none);
  }
  code
    .load('u64', 'r2', 'r6', OPS.bytesReceived)
    .store('u64', 'r10', STACK.received, 'r2')
    .jumpIf('r2', '==', 0, 'received')
    .compute('or', 'r7', FLAGS.answered)
    // A FIN is one, too.
    .jumpIf('r2', '==', 1, 'received')
    .compute('or', 'r7', FLAGS.hasData)
    .label('received')
    .load('u64', 'r9', 'r6', OPS.bytesAcked)
    .jumpIf('r9', '==', 0, 'acked')
    .compute('or', 'r7', FLAGS.answered | FLAGS.acked)
    .label('acked')
    .load('u32', 'r1', 'r6', OPS.next)
    .load('u32', 'r2', 'r6', OPS.unacknowledged)
    // Positions go round.
    .compute('subtract', 'r1', 'r2')
    .compute('shiftLeft', 'r1', 32)
    .compute('shiftRight', 'r1', 32)
    .jumpIf('r1', '==', 0, 'in flight')
    .compute('or', 'r7', FLAGS.inFlight)
    .compute('add', 'r9', 'r1')
    .label('in flight');
  readRoundTrip(code);
}

/** The smallest one, else the smoothed one, which has three bits behind the point (srtt_us, include/linux/tcp.h). */
function readRoundTrip(code: Assembler): void {
  code
    .moveWide('r2', BigInt(NEVER))
    .load('u32', 'r1', 'r6', OPS.minRtt)
    .jumpIf('r1', '==', 'r2', 'no smallest')
    .jumpIf('r1', '!=', 0, 'measured')
    .label('no smallest')
    .load('u32', 'r1', 'r6', OPS.srtt)
    .compute('shiftRight', 'r1', 3)
    .jumpIf('r1', '==', 0, 'trip')
    .label('measured')
    .compute('or', 'r7', FLAGS.answered)
    .move('r2', 'r1')
    .label('trip')
    .store('u64', 'r10', STACK.roundTrip, 'r2');
}
