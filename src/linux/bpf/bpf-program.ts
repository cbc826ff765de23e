import { closeSync } from 'node:fs';
import { isErrno, LinuxError } from '../linux-error.js';
import { withoutSignals } from '../process/without-signals.js';
import type { Assembler } from './assembler.js';
import { type BpfField, bpf } from './bpf-call.js';
import { withLockedMemory } from './locked-memory.js';
import { objectName } from './object-name.js';

/** enum bpf_prog_type, linux/bpf.h. */
const TYPES = { kprobe: 2, cgroupSkb: 8, cgroupSock: 9, sockOps: 13, rawTracepoint: 17, cgroupSockAddr: 18 } as const;

/** enum bpf_attach_type, of those that are attached to a control group. */
export const CGROUP_ATTACHMENTS = {
  ingress: 0,
  egress: 1,
  sockCreate: 2,
  sockOps: 3,
  connect4: 10,
  connect6: 11,
  sendmsg4: 14,
  sendmsg6: 15,
} as const;

export type CgroupAttachment = keyof typeof CGROUP_ATTACHMENTS;

export type BpfProgramPlan = {
  /** What bpftool(8) calls it; the first 15 characters. */
  readonly name: string;
  readonly code: Assembler;
} & (
  | { readonly type: 'cgroupSkb' | 'cgroupSock' | 'sockOps' | 'cgroupSockAddr'; readonly attachment: CgroupAttachment }
  | { readonly type: 'rawTracepoint' | 'kprobe'; readonly attachment?: never }
);

/** Helpers that read kernel memory are for programs under this licence alone. */
const LICENSE = Buffer.from('GPL\0');
const LOG_SIZE = 1 << 20;
/** struct bpf_prog_info of linux/bpf.h, as far as it is read. */
const INFO = { misses: 208, size: 216 } as const;

/** A program that the kernel has verified and translated; it runs where it is attached. */
export class BpfProgram implements Disposable {
  readonly fd: number;
  readonly plan: BpfProgramPlan;

  /** @throws {LinuxError} BPF_PROG_LOAD, with what the verifier says: EPERM without CAP_BPF, EACCES, EINVAL */
  static load(plan: BpfProgramPlan): BpfProgram {
    const code = plan.code.assemble();
    return new BpfProgram(
      plan,
      withLockedMemory(() => loadCode(plan, code)),
    );
  }

  private constructor(plan: BpfProgramPlan, fd: number) {
    this.plan = plan;
    this.fd = fd;
  }

  /**
   * Runs a program of a raw tracepoint once, in the name of the calling thread, without arguments (Linux 5.10).
   * @throws {LinuxError} BPF_PROG_TEST_RUN: EINVAL, where it reads arguments
   */
  runOnce(): void {
    bpf('BPF_PROG_TEST_RUN', [[0, this.fd]]);
  }

  /** How often it did not run because it did already, on the same CPU (struct bpf_prog_info, Linux 5.12). */
  get misses(): number {
    const info = Buffer.alloc(INFO.size);
    bpf('BPF_OBJ_GET_INFO_BY_FD', [
      [0, this.fd],
      [4, INFO.size],
      [8, info],
    ]);
    return Number(info.readBigUInt64LE(INFO.misses));
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
  }
}

function loadCode(plan: BpfProgramPlan, code: Buffer): number {
  const title = objectName(plan.name);
  const fields: BpfField[] = [
    [0, TYPES[plan.type]],
    [4, code.length / 8],
    [8, code],
    [16, LICENSE],
    [48, title[0]],
    [56, title[1]],
    [68, plan.attachment === undefined ? 0 : CGROUP_ATTACHMENTS[plan.attachment]],
  ];
  try {
    return verified(fields);
  } catch (error) {
    throw isErrno(error, 'EACCES', 'EINVAL', 'E2BIG') ? explained(error, plan.name, fields) : error;
  }
}

/** The verifier gives up when a signal comes (bpf_check()), SIGCHLD say; then again, while none is let through. */
function verified(fields: readonly BpfField[]): number {
  try {
    return bpf('BPF_PROG_LOAD', fields);
  } catch (error) {
    if (!isErrno(error, 'EAGAIN')) throw error;
    return withoutSignals(() => bpf('BPF_PROG_LOAD', fields));
  }
}

/** The same again, only for the verifier's words, which take time. */
function explained({ errno }: LinuxError, name: string, fields: readonly BpfField[]): LinuxError {
  const log = Buffer.alloc(LOG_SIZE);
  try {
    closeSync(bpf('BPF_PROG_LOAD', [...fields, [24, 1], [28, LOG_SIZE], [32, log]]));
  } catch {
    // As expected.
  }
  const words = log.subarray(0, log.indexOf(0)).toString('latin1').trim();
  return new LinuxError('BPF_PROG_LOAD', errno, `${name}: ${words || 'the verifier gives no reason'}`);
}
