import { BpfLink } from '../../linux/bpf/bpf-link.js';
import { BpfMap } from '../../linux/bpf/bpf-map.js';
import { BpfProgram } from '../../linux/bpf/bpf-program.js';
import { possibleCpus } from '../../linux/bpf/possible-cpus.js';
import { Closing } from '../../linux/closing.js';
import { LinuxError } from '../../linux/linux-error.js';
import { number } from './number.js';
import { countPacketSends, PACKET_SENDS } from './packet-sends.js';

/** Counts what a control group's processes send past IP, by packet sockets. */
export class SentPastIp implements Disposable {
  readonly #closing: Closing;
  readonly #sends: BpfMap;

  /**
   * @param group a descriptor of the control group's folder
   * @param processes those that are counted, where it is not all of the group
   * @returns undefined where the kernel does not say what is sent (before Linux 6.3)
   */
  static watch(group: number, processes: BpfMap | undefined): SentPastIp | undefined {
    const closing = new Closing();
    try {
      const one = { keySize: 4, maxEntries: 1 };
      const sends = closing.add(
        BpfMap.create({ type: 'perCpuArray', name: 'nm_sends', ...one, valueSize: PACKET_SENDS.size }),
      );
      const groups = closing.add(BpfMap.create({ type: 'cgroupArray', name: 'nm_groups', ...one, valueSize: 4 }));
      groups.update(number(0), number(group));
      const code = countPacketSends({ sends, groups, processes });
      using program = BpfProgram.load({ type: 'rawTracepoint', name: 'nm_sock_send', code });
      closing.add(BpfLink.toTracepoint(program, 'sock_send_length'));
      return new SentPastIp(closing, sends);
    } catch (error) {
      closing[Symbol.dispose]();
      if (error instanceof LinuxError) return undefined;
      throw error;
    }
  }

  private constructor(closing: Closing, sends: BpfMap) {
    this.#closing = closing;
    this.#sends = sends;
  }

  get octets(): number {
    const values = this.#sends.lookup(number(0), PACKET_SENDS.size * possibleCpus()) ?? Buffer.alloc(0);
    return Number(PACKET_SENDS.sum(values).octets);
  }

  [Symbol.dispose](): void {
    this.#closing[Symbol.dispose]();
  }
}
