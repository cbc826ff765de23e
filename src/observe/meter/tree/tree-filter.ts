import { closeSync } from 'node:fs';
import { BpfLink } from '../../../linux/bpf/bpf-link.js';
import { BpfProgram } from '../../../linux/bpf/bpf-program.js';
import { Btf } from '../../../linux/bpf/btf.js';
import { BpfMap } from '../../../linux/bpf/maps/bpf-map.js';
import { takeDescriptor } from '../../../linux/process/pidfd.js';
import { followForks, ownSockets } from './tree-programs.js';

/** Processes that are followed at most; beyond these a new one's sockets are not the tree's. */
const MOST_PROCESSES = 65_536;

/**
 * Which of a control group's sockets are a process tree's: those that its processes make from now on, those that they are
 * found to hold, and the connections that either accepts. The kernel itself notes it at each socket.
 */
export class TreeFilter implements Disposable {
  /** Has an entry for each socket of the tree. */
  readonly sockets: BpfMap;
  /** The tree's processes, by their numbers in the machine's first pid namespace. */
  readonly processes: BpfMap;
  readonly #links: BpfLink[] = [];

  /**
   * From now on children and sockets of the tree are heard of.
   * @param group a descriptor of the control group's folder
   * @throws {LinuxError} bpf(2) is refused; {Error} the kernel does not describe its types (CONFIG_DEBUG_INFO_BTF)
   */
  static follow(group: number): TreeFilter {
    const tgid = Btf.read(['task_struct']).offsetOf('task_struct', 'tgid');
    const filter = new TreeFilter();
    try {
      filter.#follow(group, tgid);
      return filter;
    } catch (error) {
      filter[Symbol.dispose]();
      throw error;
    }
  }

  private constructor() {
    const sizes = { keySize: 4, valueSize: 4 } as const;
    this.sockets = BpfMap.create({ type: 'socketStorage', name: 'nm_owned', ...sizes, maxEntries: 0 });
    this.processes = BpfMap.create({ type: 'hash', name: 'nm_tree', ...sizes, maxEntries: MOST_PROCESSES });
  }

  /** Counts a process, and what it will start, to the tree. */
  addProcess(pid: number): void {
    this.processes.update(numbers(pid), numbers(1));
  }

  /**
   * Counts a socket to the tree. @param fd the descriptor's number in the process
   * @throws {LinuxError} it may not be taken (pidfd_getfd(2)), or is gone
   */
  addSocket(pid: number, fd: number): void {
    const own = takeDescriptor(pid, fd);
    try {
      this.sockets.update(numbers(own), numbers(1));
    } finally {
      closeSync(own);
    }
  }

  [Symbol.dispose](): void {
    for (const link of this.#links.splice(0)) link[Symbol.dispose]();
    this.sockets[Symbol.dispose]();
    this.processes[Symbol.dispose]();
  }

  #follow(group: number, tgid: number): void {
    const fork = followForks(this.processes, tgid);
    using forks = BpfProgram.load({ type: 'rawTracepoint', name: 'nm_fork', code: fork });
    this.#links.push(BpfLink.toTracepoint(forks, 'sched_process_fork'));
    const code = ownSockets(this);
    using sockets = BpfProgram.load({ type: 'cgroupSock', name: 'nm_own', attachment: 'sockCreate', code });
    this.#links.push(BpfLink.toCgroup(sockets, group));
  }
}

function numbers(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
