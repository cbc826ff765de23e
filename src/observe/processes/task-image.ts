import { Assembler } from '../../linux/bpf/assembler.js';
import { BpfProgram } from '../../linux/bpf/bpf-program.js';
import { BpfMap } from '../../linux/bpf/maps/bpf-map.js';

/** Octets of struct task_struct that are looked at. */
const IMAGE = 4096;
const VALUE = 8 + IMAGE;

/** The calling thread as the kernel numbers it, and where a task has its numbers. */
export type OwnTask = {
  /** As bpf_get_current_pid_tgid() calls it: the process' number in the machine's first pid namespace, then the thread's. */
  readonly own: bigint;
  /** Where struct task_struct has pid and tgid (include/linux/sched.h), 32 bits each. */
  readonly pidAt: number;
};

/**
 * Looks at the calling thread's own task by a program that runs once: what the kernel's types would say in 20 ms.
 * @throws {LinuxError} bpf(2) is refused; {Error} the place of the numbers is not certain
 */
export function ownTask(): OwnTask {
  using map = BpfMap.create({ type: 'array', name: 'nm_p_task', keySize: 4, valueSize: VALUE, maxEntries: 1 });
  using program = BpfProgram.load({ type: 'rawTracepoint', name: 'nm_p_task', code: copyTask(map) });
  program.runOnce();
  const value = map.lookup(Buffer.alloc(4)) ?? Buffer.alloc(VALUE);
  const own = value.readBigUInt64LE();
  const pidAt = pidOffset(value.subarray(8), own);
  if (pidAt === undefined) throw new Error('where the kernel keeps the number of a process could not be found out');
  return { own, pidAt };
}

/** @returns undefined where both numbers stand nowhere, or in two places */
export function pidOffset(task: Buffer, own: bigint): number | undefined {
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32LE(Number(own & 0xffff_ffffn), 0);
  numbers.writeUInt32LE(Number(own >> 32n), 4);
  const at = task.indexOf(numbers);
  return at === -1 || at !== task.lastIndexOf(numbers) ? undefined : at;
}

function copyTask(map: BpfMap): Assembler {
  return new Assembler()
    .loadMapValue('r6', map)
    .call('get_current_pid_tgid')
    .store('u64', 'r6', 0, 'r0')
    .call('get_current_task')
    .move('r1', 'r6')
    .compute('add', 'r1', 8)
    .move('r2', IMAGE)
    .move('r3', 'r0')
    .call('probe_read_kernel')
    .move('r0', 0)
    .exit();
}
