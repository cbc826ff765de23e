import { closeSync, readFileSync } from 'node:fs';
import { arch } from 'node:process';
import { addressOf, libcFunction } from '../libc.js';
import { LinuxError } from '../linux-error.js';
import type { BpfProgram } from './bpf-program.js';

const syscall = libcFunction('long syscall(long number, void *what, long pid, long cpu, long group, long flags)');
const ioctl = libcFunction('int ioctl(int fd, unsigned long request, long argument)');

/** What differs among architectures: the number of perf_event_open(2), and where struct pt_regs has a function's arguments. */
const MACHINES: Partial<
  Record<NodeJS.Architecture, { readonly number: number; readonly arguments: readonly number[] }>
> = {
  x64: { number: 298, arguments: [112, 104, 96] },
  arm64: { number: 241, arguments: [0, 8, 16] },
};

/** Where the kernel says which number it has given to probes of its functions (CONFIG_KPROBE_EVENTS). */
const TYPE_FILE = '/sys/bus/event_source/devices/kprobe/type';
/** struct perf_event_attr of linux/perf_event.h, as far as it is written: PERF_ATTR_SIZE_VER1. */
const ATTRIBUTES = { size: 72, type: 0, ownSize: 4, name: 56 } as const;
const FD_CLOEXEC = 8;
/** PERF_EVENT_IOC_SET_BPF and PERF_EVENT_IOC_ENABLE. */
const SET_BPF = 0x40042408;
const ENABLE = 0x2400;
const EOPNOTSUPP = 95;

/** Where a program at a function finds the function's argument, behind its context; undefined: not known for this machine. */
export const argumentAt = (index: number, machine: NodeJS.Architecture = arch): number | undefined =>
  MACHINES[machine]?.arguments[index];

/** struct perf_event_attr for the beginning of a function. @param type of probes. @param name the address of its name */
export function probeAttributes(type: number, name: bigint): Buffer {
  const attributes = Buffer.alloc(ATTRIBUTES.size);
  attributes.writeUInt32LE(type, ATTRIBUTES.type);
  attributes.writeUInt32LE(ATTRIBUTES.size, ATTRIBUTES.ownSize);
  attributes.writeBigUInt64LE(name, ATTRIBUTES.name);
  return attributes;
}

/** Runs a program (type `kprobe`) whenever a function of the kernel's is called, until its descriptor is closed, however that comes about. */
export class FunctionProbe implements Disposable {
  readonly #fd: number;

  /** @throws {LinuxError} there is no such function (ENOENT), or none may be probed here (EPERM, EACCES, EOPNOTSUPP) */
  static attach(program: BpfProgram, name: string): FunctionProbe {
    const machine = MACHINES[arch];
    const type = probeType();
    if (!machine || type === undefined) throw new LinuxError('perf_event_open', EOPNOTSUPP);
    const text = Buffer.from(`${name}\0`);
    // One event for all CPUs: the probe is in the code that they share.
    const fd = syscall(machine.number, probeAttributes(type, addressOf(text)), -1, 0, -1, FD_CLOEXEC);
    const probe = new FunctionProbe(fd);
    try {
      ioctl(fd, SET_BPF, program.fd);
      ioctl(fd, ENABLE, 0);
      return probe;
    } catch (error) {
      probe[Symbol.dispose]();
      throw error;
    }
  }

  private constructor(fd: number) {
    this.#fd = fd;
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}

function probeType(): number | undefined {
  try {
    return Number(readFileSync(TYPE_FILE, 'latin1'));
  } catch {
    return undefined;
  }
}
