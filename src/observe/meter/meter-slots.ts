import type { BpfProgram, CgroupAttachment } from '../../linux/bpf/bpf-program.js';
import { type Place, ProgramSlot } from '../../linux/bpf/program-slot.js';
import type { Closing } from '../../linux/closing.js';

/**
 * Where programs go on behind those of a meter, which hand over to them what they are for: DNS messages (observe/names), and
 * connections that begin or are over (observe/connections).
 */
export class MeterSlots implements Place {
  readonly #slots: Partial<Record<CgroupAttachment, ProgramSlot>>;

  /** @param closing takes them, to be disposed of. @throws {LinuxError} BPF_MAP_CREATE */
  constructor(closing: Closing) {
    const slot = (name: string) => closing.add(new ProgramSlot(name));
    // Of programs that are attached otherwise the kernel takes none.
    this.#slots = { ingress: slot('nm_next_in'), egress: slot('nm_next_out'), sockOps: slot('nm_next_ops') };
  }

  /** What a program that is attached there goes on with. */
  at(attachment: CgroupAttachment): ProgramSlot | undefined {
    return this.#slots[attachment];
  }

  /** @throws {LinuxError} BPF_MAP_UPDATE_ELEM; {Error} the meter has no program of that kind */
  run(program: BpfProgram): Disposable {
    const slot = this.at(program.plan.attachment ?? 'ingress');
    if (!slot) throw new Error(`no program of the meter's goes on with ${program.plan.name}`);
    return slot.run(program);
  }
}
