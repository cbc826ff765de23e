import { Assembler } from '../../../linux/bpf/assembler.js';
import type { BpfMap } from '../../../linux/bpf/maps/bpf-map.js';
import { recordOf } from '../../../linux/bpf/record.js';
import { TCP_STATE } from '../../../linux/ip/tcp-states.js';
import { AF_INET } from '../../../linux/socket.js';
import { ACCEPTED, askForChanges, CHANGES, CONNECTS, OPS } from '../../connections/sock-ops.js';
import { isOwned } from '../tree/tree-programs.js';

/** A connection: both addresses (IPv4 as IPv6, RFC 4291), then both ports as numbers of the machine's. */
export const CONNECTION = { size: 36, remote: 0, local: 16, remotePort: 32, localPort: 34 } as const;

/** The oldest go first: of these the packets that come after their end are recognised. */
export const MOST_CONNECTIONS = 16_384;

/** What became of a connection, as far as it is remembered: the map's values. */
export const FATE = { known: 1, refused: 2 } as const;

/** What is counted of the tree's connections. */
export const CONNECTION_COUNTS = recordOf(
  'opened',
  /** Those that were answered, or may be: something may come for them when they are no socket any more. */
  'closed',
  /** Their only segment was answered by a reset: nothing comes any more. */
  'refused',
  /** IP octets of datagrams that came for a port of the tree's when it had no socket there (orphans/late-datagrams.ts). */
  'late',
);

const KEY = -40;
const COUNT_KEY = -48;
const SEEN = -56;

export type ConnectionMaps = {
  /** A {@link FATE} by {@link CONNECTION} for each one that the tree has opened or accepted. */
  readonly connections: BpfMap;
  /** {@link CONNECTION_COUNTS}. */
  readonly counts: BpfMap;
  /** Has an entry for each socket that is counted; undefined: all are. */
  readonly owned?: BpfMap | undefined;
  /** The program that goes on with connections that have begun, or are over. */
  readonly next?: { readonly fd: number } | undefined;
};

/** Writes an IPv4 address at `place` as an IPv6 one. @param from where the context has it */
function mapped(code: Assembler, place: number, from: number): void {
  code
    .store('u64', 'r10', place, 0)
    .store('u32', 'r10', place + 8, -65536)
    .load('u32', 'r1', 'r6', from)
    .store('u32', 'r10', place + 12, 'r1');
}

/**
 * Remembers each TCP connection of a control group (tcp_call_bpf(), include/net/tcp.h) before its first segment is sent,
 * or as it is accepted, and counts the ends. r6: the context.
 */
export function rememberConnections({ connections, counts, owned, next }: ConnectionMaps): Assembler {
  const code = new Assembler();
  code
    .move('r6', 'r1')
    .load('u32', 'r7', 'r6', OPS.kind)
    .jumpIf('r7', '==', CONNECTS, 'remember')
    .jumpIf('r7', '==', ACCEPTED, 'remember')
    .jumpIf('r7', '!=', CHANGES, 'out')
    .load('u32', 'r1', 'r6', OPS.newState)
    .jumpIf('r1', '!=', TCP_STATE.CLOSE, 'out')
    .move('r8', CONNECTION_COUNTS.at.closed)
    .load('u32', 'r1', 'r6', OPS.oldState)
    .jumpIf('r1', '!=', TCP_STATE.SYN_SENT, 'count')
    .load('u32', 'r1', 'r6', OPS.retransmitted)
    .jumpIf('r1', '!=', 0, 'count')
    .load('u32', 'r1', 'r6', OPS.segsIn)
    .jumpIf('r1', '==', 0, 'count')
    .move('r8', CONNECTION_COUNTS.at.refused)
    .store('u32', 'r10', SEEN, FATE.refused)
    .jump('key')
    .label('remember');
  if (owned) {
    code.load('u64', 'r2', 'r6', OPS.socket).jumpIf('r2', '==', 0, 'out');
    isOwned(code, owned, 'out');
  }
  askForChanges(code);
  code.move('r8', CONNECTION_COUNTS.at.opened).store('u32', 'r10', SEEN, FATE.known).label('key');
  describe(code);
  code
    .update(connections, KEY, SEEN)
    .label('count')
    .store('u32', 'r10', COUNT_KEY, 0)
    .lookUp(counts, COUNT_KEY)
    .jumpIf('r0', '==', 0, 'out')
    .compute('add', 'r0', 'r8')
    .move('r1', 1)
    .atomicAdd('r0', 0, 'r1');
  if (next) code.tailCall('r6', next);
  return code.label('out').move('r0', 1).exit();
}

/** Leaves the connection's addresses and ports at its key's place. */
function describe(code: Assembler): void {
  code.load('u32', 'r1', 'r6', OPS.family).jumpIf('r1', '!=', AF_INET, 'version 6');
  mapped(code, KEY + CONNECTION.remote, OPS.remote4);
  mapped(code, KEY + CONNECTION.local, OPS.local4);
  code.jump('ports').label('version 6');
  for (const word of [0, 4, 8, 12]) {
    code.load('u32', 'r1', 'r6', OPS.remote6 + word).store('u32', 'r10', KEY + CONNECTION.remote + word, 'r1');
    code.load('u32', 'r1', 'r6', OPS.local6 + word).store('u32', 'r10', KEY + CONNECTION.local + word, 'r1');
  }
  code
    .label('ports')
    // In the order of the network, in a word of 32 bits.
    .load('u32', 'r1', 'r6', OPS.remotePort)
    .swapBytes('r1', 32)
    .store('u16', 'r10', KEY + CONNECTION.remotePort, 'r1')
    .load('u32', 'r1', 'r6', OPS.localPort)
    .store('u16', 'r10', KEY + CONNECTION.localPort, 'r1');
}
