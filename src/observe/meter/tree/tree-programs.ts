import { Assembler } from '../../../linux/bpf/assembler.js';
import type { BpfMap } from '../../../linux/bpf/maps/bpf-map.js';
import { PACKET } from '../packet-context.js';

/** What distinguishes a process tree from the rest of its control group. */
export type TreeMaps = {
  /** Has an entry for each socket of the tree. */
  readonly sockets: BpfMap;
  /** The tree's processes, by their numbers in the machine's first pid namespace. */
  readonly processes: BpfMap;
};

/** BPF_SK_STORAGE_GET_F_CREATE, linux/bpf.h. */
const CREATE = 1;
const KEY = -4;
const VALUE = -8;
const SCRATCH = -16;

/** Goes to `other` unless the socket of the packet that r6 points to is the tree's. */
export function skipForeign(code: Assembler, sockets: BpfMap, other: string): void {
  code
    .load('u64', 'r1', 'r6', PACKET.socket)
    .jumpIf('r1', '==', 0, other)
    .call('sk_fullsock')
    .jumpIf('r0', '==', 0, other)
    .move('r2', 'r0');
  isOwned(code, sockets, other);
}

/** Goes to `other` unless the socket at r2 has an entry. */
export function isOwned(code: Assembler, sockets: BpfMap, other: string): void {
  code.loadMap('r1', sockets).move('r3', 0).move('r4', 0).call('sk_storage_get').jumpIf('r0', '==', 0, other);
}

/** r0 = the entry of the process that runs; 0: it is none of the tree's. */
export function lookForProcess(code: Assembler, processes: BpfMap): void {
  code
    .call('get_current_pid_tgid')
    .compute('shiftRight', 'r0', 32)
    .store('u32', 'r10', KEY, 'r0')
    .lookUp(processes, KEY);
}

/** Notes each socket that the tree makes (BPF_CGROUP_INET_SOCK_CREATE), and forbids none. */
export function ownSockets({ sockets, processes }: TreeMaps): Assembler {
  const code = new Assembler().move('r6', 'r1');
  lookForProcess(code, processes);
  return code
    .jumpIf('r0', '==', 0, 'allow')
    .store('u32', 'r10', VALUE, 1)
    .loadMap('r1', sockets)
    .move('r2', 'r6')
    .placeOnStack('r3', VALUE)
    .move('r4', CREATE)
    .call('sk_storage_get')
    .label('allow')
    .move('r0', 1)
    .exit();
}

/**
 * Counts children of the tree to it, and takes out whoever has got the number of one that was. At the raw tracepoint
 * sched_process_fork, which runs in the parent; arguments: the parent, and the child (struct task_struct).
 */
export function followForks(processes: BpfMap, tgid: number): Assembler {
  const code = new Assembler().move('r6', 'r1');
  lookForProcess(code, processes);
  code.move('r7', 'r0').load('u32', 'r8', 'r10', KEY);
  code
    .load('u64', 'r3', 'r6', 8)
    .compute('add', 'r3', tgid)
    .placeOnStack('r1', SCRATCH)
    .move('r2', 4)
    .call('probe_read_kernel')
    .jumpIf('r0', '!=', 0, 'out')
    .load('u32', 'r1', 'r10', SCRATCH)
    // A thread is no other process.
    .jumpIf('r1', '==', 'r8', 'out')
    .store('u32', 'r10', KEY, 'r1')
    .loadMap('r1', processes)
    .placeOnStack('r2', KEY)
    .jumpIf('r7', '!=', 0, 'child')
    .call('map_delete_elem')
    .jump('out');
  return code
    .label('child')
    .store('u32', 'r10', VALUE, 1)
    .placeOnStack('r3', VALUE)
    .move('r4', 0)
    .call('map_update_elem')
    .label('out')
    .move('r0', 0)
    .exit();
}
