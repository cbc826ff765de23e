import type { Assembler } from '../../linux/bpf/assembler.js';
import { CONTROL, PAYLOAD_AT, PROCESS, PROCESS_SIZE, STATE } from './process-layout.js';
import type { ProcessMaps } from './process-maps.js';
import { STACK } from './stack.js';

/** `size` octets of the kernel's memory at r3 to the stack; on to `out` where they cannot be read. */
export const readKernel = (code: Assembler, place: number, size: number): Assembler =>
  code.placeOnStack('r1', place).move('r2', size).call('probe_read_kernel').jumpIf('r0', '!=', 0, 'out');

/** The current process' pid on the stack, as a key; r0 = all of get_current_pid_tgid(). */
export const currentPid = (code: Assembler): Assembler =>
  code
    .call('get_current_pid_tgid')
    .move('r1', 'r0')
    .compute('shiftRight', 'r1', 32)
    .store('u32', 'r10', STACK.pid, 'r1');

/** A process of zeros on the stack, with an id of its own, which is in r1. */
export function newProcess(code: Assembler, { state }: ProcessMaps): void {
  for (let at = 0; at < PROCESS_SIZE; at += 8) code.store('u64', 'r10', STACK.process + at, 0);
  code.loadMapValue('r2', state).move('r1', 1).atomicFetchAdd('r2', STATE.at.ids, 'r1').compute('add', 'r1', 1);
  code.store('u64', 'r10', STACK.process + PROCESS.at.id, 'r1');
}

/**
 * r8 = the current process, if it is the tree's. Whose fork was not seen, though it is in the tree's control group, has the
 * record of all others. On to `none` where it is not the tree's.
 */
export function findProcess(code: Assembler, maps: ProcessMaps): void {
  currentPid(code);
  code
    .lookUp(maps.processes, STACK.pid)
    .move('r8', 'r0')
    .jumpIf('r8', '!=', 0, 'process')
    // netmeter itself is in the group while it starts the command.
    .loadMapValue('r1', maps.control)
    .load('u32', 'r1', 'r1', CONTROL.at.own + 4)
    .load('u32', 'r2', 'r10', STACK.pid)
    .jumpIf('r1', '==', 'r2', 'none')
    .loadMap('r1', maps.groups)
    .move('r2', 0)
    .call('current_task_under_cgroup')
    .jumpIf('r0', '!=', 1, 'none')
    .store('u32', 'r10', STACK.pid, 0);
  code.lookUp(maps.processes, STACK.pid).move('r8', 'r0').jumpIf('r8', '==', 0, 'none').label('process');
}

/** Adds r7 to what the process at r8 has moved, of the class in r9, `way` octets behind its first count. */
export const addPayload = (code: Assembler, step: number, way: number): Assembler =>
  code
    .store('u64', 'r8', PROCESS.at.used, 1)
    .compute('and', 'r9', 3)
    .compute('multiply', 'r9', step)
    .compute('add', 'r8', 'r9')
    .atomicAdd('r8', PAYLOAD_AT + way, 'r7');
