import { Assembler } from '../../linux/bpf/assembler.js';
import type { BpfMap } from '../../linux/bpf/maps/bpf-map.js';
import { recordOf } from '../../linux/bpf/record.js';
import { lookForProcess } from './tree/tree-programs.js';

/** What the tree has handed to packet sockets (AF_PACKET), link headers included where it wrote them itself. */
export const PACKET_SENDS = recordOf(
  'octets',
  /** Sends of which only the kernel knows how much they were: of a ring that it shares with the sender (packet(7)). */
  'unknown',
);

export type PacketSendMaps = {
  /** {@link PACKET_SENDS}. */
  readonly sends: BpfMap;
  /** The tree's control group. */
  readonly groups: BpfMap;
  /** The tree's processes, where it is not all of the group. */
  readonly processes?: BpfMap | undefined;
};

const AF_PACKET = 17;
/** skc_family of struct sock_common (include/net/sock.h), which has not moved since Linux 3.9. */
const FAMILY = 16;
const KEY = -4;
const SCRATCH = -8;

/** The kernel's functions by which all is sent through packet sockets (net/packet/af_packet.c); what is sent is their third argument. */
export const PACKET_SEND_FUNCTIONS = ['packet_sendmsg', 'packet_sendmsg_spkt'] as const;

/**
 * Counts what is sent past IP, which no program at a control group sees. At the raw tracepoint sock_send_length (Linux
 * 6.3; call_trace_sock_send_length(), net/socket.c), which says what a send has returned, and runs in the sender.
 *
 * Arguments: the socket, and the result.
 */
export function countPacketSends(maps: PacketSendMaps): Assembler {
  const code = new Assembler()
    .move('r6', 'r1')
    .load('u64', 'r7', 'r6', 8)
    .compute('shiftLeft', 'r7', 32)
    .compute('shiftRightSigned', 'r7', 32)
    .jumpIf('r7', 'signed <=', 0, 'out');
  // First: it costs the machine's other processes least.
  skipOthersGroups(code, maps)
    .load('u64', 'r3', 'r6', 0)
    .compute('add', 'r3', FAMILY)
    .placeOnStack('r1', SCRATCH)
    .move('r2', 2)
    .call('probe_read_kernel')
    .load('u16', 'r1', 'r10', SCRATCH)
    .jumpIf('r1', '!=', AF_PACKET, 'out');
  return add(skipOthers(code, maps), maps);
}

/**
 * The same before there was that tracepoint: at the beginning of {@link PACKET_SEND_FUNCTIONS}, where it is known what shall
 * be sent, and not yet whether it is.
 * @param size where the context has the third argument
 */
export function countPacketSendCalls(maps: PacketSendMaps, size: number): Assembler {
  const code = new Assembler().load('u64', 'r7', 'r1', size);
  return add(skipOthers(skipOthersGroups(code, maps), maps), maps);
}

const skipOthersGroups = (code: Assembler, { groups }: PacketSendMaps): Assembler =>
  code.loadMap('r1', groups).move('r2', 0).call('current_task_under_cgroup').jumpIf('r0', '!=', 1, 'out');

function skipOthers(code: Assembler, { processes }: PacketSendMaps): Assembler {
  if (!processes) return code;
  lookForProcess(code, processes);
  return code.jumpIf('r0', '==', 0, 'out');
}

/** r7: octets; 0: not known. */
const add = (code: Assembler, { sends }: PacketSendMaps): Assembler =>
  code
    .store('u32', 'r10', KEY, 0)
    .lookUp(sends, KEY)
    .jumpIf('r0', '==', 0, 'out')
    .jumpIf('r7', '!=', 0, 'known')
    .move('r1', 1)
    .atomicAdd('r0', PACKET_SENDS.at.unknown, 'r1')
    .label('known')
    .atomicAdd('r0', PACKET_SENDS.at.octets, 'r7')
    .label('out')
    .move('r0', 0)
    .exit();
