import { Assembler } from '../../linux/bpf/assembler.js';
import type { BpfMap } from '../../linux/bpf/bpf-map.js';
import { recordOf } from '../../linux/bpf/record.js';
import { lookForProcess } from './tree/tree-programs.js';

/** What the tree has handed to packet sockets (AF_PACKET), link headers included where it wrote them itself. */
export const PACKET_SENDS = recordOf('octets', 'calls');

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

/**
 * Counts what is sent past IP, which no program at a control group sees. At the raw tracepoint sock_send_length (Linux
 * 6.3; call_trace_sock_send_length(), net/socket.c), which says what a send has returned, and runs in the sender.
 *
 * Arguments: the socket, and the result.
 */
export function countPacketSends({ sends, groups, processes }: PacketSendMaps): Assembler {
  const code = new Assembler()
    .move('r6', 'r1')
    .load('u64', 'r7', 'r6', 8)
    .compute('shiftLeft', 'r7', 32)
    .compute('shiftRightSigned', 'r7', 32)
    .jumpIf('r7', 'signed <=', 0, 'out')
    // First: it costs the machine's other processes least.
    .loadMap('r1', groups)
    .move('r2', 0)
    .call('current_task_under_cgroup')
    .jumpIf('r0', '!=', 1, 'out')
    .load('u64', 'r3', 'r6', 0)
    .compute('add', 'r3', FAMILY)
    .move('r1', 'r10')
    .compute('add', 'r1', SCRATCH)
    .move('r2', 2)
    .call('probe_read_kernel')
    .load('u16', 'r1', 'r10', SCRATCH)
    .jumpIf('r1', '!=', AF_PACKET, 'out');
  if (processes) {
    lookForProcess(code, processes);
    code.jumpIf('r0', '==', 0, 'out');
  }
  return code
    .store('u32', 'r10', KEY, 0)
    .loadMap('r1', sends)
    .move('r2', 'r10')
    .compute('add', 'r2', KEY)
    .call('map_lookup_elem')
    .jumpIf('r0', '==', 0, 'out')
    .atomicAdd('r0', PACKET_SENDS.at.octets, 'r7')
    .move('r1', 1)
    .atomicAdd('r0', PACKET_SENDS.at.calls, 'r1')
    .label('out')
    .move('r0', 0)
    .exit();
}
