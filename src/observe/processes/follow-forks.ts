import { Assembler } from '../../linux/bpf/assembler.js';
import { currentPid, newProcess, readKernel } from './current-process.js';
import { COMM, CONTROL, PROCESS, STATE } from './process-layout.js';
import type { ProcessMaps } from './process-maps.js';
import { STACK } from './stack.js';

/** The child's thread number, and its process' one, where a task has them. */
const CHILD = STACK.pair;
const CHILD_PID = CHILD + 4;
const ONE = STACK.counts;

/**
 * Follows the tree: what its processes fork is of it, and what netmeter's own thread forks while it is armed. At the raw
 * tracepoint sched_process_fork (kernel_clone(), kernel/fork.c), before the child runs.
 *
 * Arguments: the parent, the child. r6: the child. r8: the parent, where it is of the tree.
 * @param pidAt where struct task_struct has its numbers
 */
export function followForks(maps: ProcessMaps, pidAt: number): Assembler {
  const code = new Assembler();
  currentPid(code.load('u64', 'r6', 'r1', 8)).move('r7', 'r0');
  code.lookUp(maps.processes, STACK.pid).move('r8', 'r0').jumpIf('r8', '!=', 0, 'fork');
  // netmeter's own children.
  code
    .loadMapValue('r9', maps.control)
    .load('u64', 'r1', 'r9', CONTROL.at.armed)
    .jumpIf('r1', '==', 0, 'out')
    .load('u64', 'r1', 'r9', CONTROL.at.own)
    .jumpIf('r1', '!=', 'r7', 'out')
    .label('fork')
    .move('r3', 'r6')
    .compute('add', 'r3', pidAt);
  readKernel(code, CHILD, 8)
    .load('u32', 'r1', 'r10', CHILD_PID)
    .load('u32', 'r2', 'r10', STACK.pid)
    .jumpIf('r1', '==', 'r2', 'thread');
  newProcess(code, maps);
  code
    .load('u32', 'r1', 'r10', CHILD_PID)
    .store('u64', 'r10', STACK.process + PROCESS.at.pid, 'r1')
    .load('u32', 'r1', 'r10', STACK.pid)
    .store('u64', 'r10', STACK.process + PROCESS.at.parentPid, 'r1')
    .store('u64', 'r10', STACK.process + PROCESS.at.threads, 1)
    .call('ktime_get_ns')
    .store('u64', 'r10', STACK.process + PROCESS.at.startedAt, 'r0');
  inherit(code, maps);
  code
    .update(maps.processes, CHILD_PID, STACK.process)
    .jumpIf('r0', '==', 0, 'out')
    .loadMapValue('r1', maps.state)
    .move('r2', 1)
    .atomicAdd('r1', STATE.at.lostForks, 'r2')
    .jump('out');
  code.label('thread').jumpIf('r8', '==', 0, 'out').store('u32', 'r10', ONE, 1);
  code.update(maps.threads, CHILD, ONE).move('r1', 1).atomicAdd('r8', PROCESS.at.threads, 'r1');
  return code.label('out').move('r0', 0).exit();
}

/** A child of the tree's has its parent's program; a child of netmeter's may be the command. */
function inherit(code: Assembler, { state }: ProcessMaps): void {
  const at = (field: 'id' | 'parent' | 'program') => STACK.process + PROCESS.at[field];
  code
    .jumpIf('r8', '==', 0, 'own child')
    .load('u64', 'r1', 'r8', PROCESS.at.id)
    .store('u64', 'r10', at('parent'), 'r1')
    .load('u64', 'r1', 'r8', PROCESS.at.program)
    .store('u64', 'r10', at('program'), 'r1')
    .move('r1', 1)
    .atomicAdd('r8', PROCESS.at.children, 'r1');
  for (let word = 0; word < COMM.size; word += 8)
    code.load('u64', 'r1', 'r8', COMM.at + word).store('u64', 'r10', STACK.process + COMM.at + word, 'r1');
  code
    .jump('inherited')
    .label('own child')
    .loadMapValue('r9', state)
    .load('u64', 'r1', 'r10', at('id'))
    .store('u64', 'r9', STATE.at.root, 'r1');
  code
    .placeOnStack('r1', STACK.process + COMM.at)
    .move('r2', COMM.size)
    .call('get_current_comm')
    .label('inherited');
}
