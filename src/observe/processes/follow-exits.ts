import { Assembler } from '../../linux/bpf/assembler.js';
import { currentPid } from './current-process.js';
import { PAYLOAD_AT, PROCESS, STATE } from './process-layout.js';
import type { ProcessMaps } from './process-maps.js';
import { STACK } from './stack.js';

/** The thread's number; then the parent's pid, or an id. */
const KEY = STACK.pair;

/**
 * Ends a process with the last of its threads: who has never used the network, and has no child that may, is only counted.
 * At the raw tracepoint sched_process_exit (do_exit(), kernel/exit.c), which runs in the thread.
 *
 * r8: the process.
 */
export function followExits(maps: ProcessMaps): Assembler {
  const code = new Assembler();
  // Only those that were seen to be forked count: kernel threads of the process (io_uring's) have its number, too.
  currentPid(code).store('u32', 'r10', KEY, 'r0').move('r7', 'r0').compute('shiftLeft', 'r7', 32);
  code.compute('shiftRight', 'r7', 32);
  code.lookUp(maps.processes, STACK.pid).jumpIf('r0', '==', 0, 'out').move('r8', 'r0');
  code.load('u32', 'r1', 'r10', STACK.pid).jumpIf('r7', '==', 'r1', 'counted');
  code.remove(maps.threads, KEY).jumpIf('r0', '!=', 0, 'out').label('counted');
  code
    .move('r1', -1)
    .atomicFetchAdd('r8', PROCESS.at.threads, 'r1')
    .jumpIf('r1', 'signed >', 1, 'out')
    .call('ktime_get_ns')
    .store('u64', 'r8', PROCESS.at.endedAt, 'r0')
    .load('u64', 'r1', 'r8', PROCESS.at.used)
    .jumpIf('r1', '!=', 0, 'keep')
    .load('u64', 'r1', 'r8', PROCESS.at.children)
    .jumpIf('r1', '!=', 0, 'keep')
    .load('u64', 'r1', 'r8', PROCESS.at.parent)
    .jumpIf('r1', '==', 0, 'keep');
  drop(code, maps);
  keep(code.label('keep'), maps);
  code.label('remove').remove(maps.processes, STACK.pid);
  return code.label('out').move('r0', 0).exit();
}

/** It is idle: its parent has a child less, and its program is nobody's. */
function drop(code: Assembler, { state, processes, programs }: ProcessMaps): void {
  code
    .loadMapValue('r1', state)
    .move('r2', 1)
    .atomicAdd('r1', STATE.at.idle, 'r2')
    .load('u64', 'r1', 'r8', PROCESS.at.parentPid)
    .store('u32', 'r10', KEY, 'r1')
    .lookUp(processes, KEY)
    .jumpIf('r0', '==', 0, 'parent has gone')
    .load('u64', 'r1', 'r0', PROCESS.at.id)
    .load('u64', 'r2', 'r8', PROCESS.at.parent)
    .jumpIf('r1', '!=', 'r2', 'parent has gone')
    .move('r1', -1)
    .atomicAdd('r0', PROCESS.at.children, 'r1')
    .label('parent has gone')
    .load('u64', 'r1', 'r8', PROCESS.at.ownProgram)
    .jumpIf('r1', '==', 0, 'remove')
    .store('u64', 'r10', KEY, 'r1');
  code.remove(programs, KEY).jump('remove');
}

/**
 * To those that have ended; without room, to the others, but for the command, which has a room of its own: of whom it is not
 * known to descend is nobody's.
 */
function keep(code: Assembler, { ended, processes, state }: ProcessMaps): void {
  const keepUnderKey = () =>
    code.loadMap('r1', ended).placeOnStack('r2', KEY).move('r3', 'r8').move('r4', 0).call('map_update_elem');
  code.load('u64', 'r1', 'r8', PROCESS.at.id).store('u64', 'r10', KEY, 'r1');
  keepUnderKey()
    .jumpIf('r0', '==', 0, 'kept')
    .loadMapValue('r1', state)
    .load('u64', 'r1', 'r1', STATE.at.root)
    .load('u64', 'r2', 'r8', PROCESS.at.id)
    .store('u64', 'r10', KEY, 0)
    .jumpIf('r1', '!=', 'r2', 'full');
  keepUnderKey().jumpIf('r0', '!=', 0, 'full').label('kept');
  code.loadMapValue('r1', state).move('r2', 1).atomicAdd('r1', STATE.at.ended, 'r2').jump('remove').label('full');
  code.lookUp(processes, KEY).jumpIf('r0', '==', 0, 'remove').move('r1', 1);
  code.atomicAdd('r0', PROCESS.at.processes, 'r1');
  for (const at of [PROCESS.at.connects, ...payloadPlaces()])
    code.load('u64', 'r1', 'r8', at).atomicAdd('r0', at, 'r1');
}

const payloadPlaces = () =>
  Array.from({ length: (PROCESS.size - PAYLOAD_AT) / 8 }, (_, index) => PAYLOAD_AT + index * 8);
