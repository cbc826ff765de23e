import { closeSync } from 'node:fs';
import { bpf } from './bpf-call.js';
import { type BpfProgram, CGROUP_ATTACHMENTS } from './bpf-program.js';

/** An attachment of a program, which is undone when its descriptor is closed, however that comes about. */
export class BpfLink implements Disposable {
  readonly #fd: number;

  /**
   * Attaches a program to a control group, beside others that are there (Linux 5.7).
   * @param group a descriptor of its folder
   * @throws {LinuxError} BPF_LINK_CREATE: EPERM where a program above allows no others
   */
  static toCgroup({ fd, plan }: BpfProgram, group: number): BpfLink {
    const attachment = CGROUP_ATTACHMENTS[plan.attachment ?? 'ingress'];
    return new BpfLink(
      bpf('BPF_LINK_CREATE', [
        [0, fd],
        [4, group],
        [8, attachment],
      ]),
    );
  }

  /** Attaches a program to a tracepoint of the kernel's. @throws {LinuxError} BPF_RAW_TRACEPOINT_OPEN: ENOENT */
  static toTracepoint({ fd }: BpfProgram, name: string): BpfLink {
    return new BpfLink(
      bpf('BPF_RAW_TRACEPOINT_OPEN', [
        [0, Buffer.from(`${name}\0`)],
        [8, fd],
      ]),
    );
  }

  private constructor(fd: number) {
    this.#fd = fd;
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}
