import { BpfLink } from '../../linux/bpf/bpf-link.js';
import { BpfProgram } from '../../linux/bpf/bpf-program.js';
import { argumentAt, FunctionProbe } from '../../linux/bpf/function-probe.js';
import { BpfMap } from '../../linux/bpf/maps/bpf-map.js';
import { possibleCpus } from '../../linux/bpf/possible-cpus.js';
import { Closing } from '../../linux/closing.js';
import { isErrno, LinuxError } from '../../linux/linux-error.js';
import { number } from './number.js';
import {
  countPacketSendCalls,
  countPacketSends,
  PACKET_SEND_FUNCTIONS,
  PACKET_SENDS,
  type PacketSendMaps,
} from './packet-sends.js';

/** Counts what a control group's processes send past IP, by packet sockets. */
export class SentPastIp implements Disposable {
  readonly #closing: Closing;
  readonly #sends: BpfMap;

  /**
   * @param group a descriptor of the control group's folder
   * @param processes those that are counted, where it is not all of the group
   * @returns undefined where the kernel does not say what is sent (before Linux 6.3, without probes of its functions)
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
      attach(closing, { sends, groups, processes });
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

  /** At most. null: nobody knows. */
  get octets(): number | null {
    const values = this.#sends.lookup(number(0), PACKET_SENDS.size * possibleCpus()) ?? Buffer.alloc(0);
    const { octets, unknown } = PACKET_SENDS.sum(values);
    return unknown > 0n ? null : Number(octets);
  }

  [Symbol.dispose](): void {
    this.#closing[Symbol.dispose]();
  }
}

/** At the tracepoint, else at the functions. @throws {LinuxError} there is neither, or they may not be used */
function attach(closing: Closing, maps: PacketSendMaps): void {
  try {
    using program = BpfProgram.load({ type: 'rawTracepoint', name: 'nm_sock_send', code: countPacketSends(maps) });
    closing.add(BpfLink.toTracepoint(program, 'sock_send_length'));
  } catch (error) {
    const size = argumentAt(2);
    if (size === undefined || !isErrno(error, 'ENOENT')) throw error;
    using program = BpfProgram.load({ type: 'kprobe', name: 'nm_packet_send', code: countPacketSendCalls(maps, size) });
    for (const name of PACKET_SEND_FUNCTIONS) closing.add(FunctionProbe.attach(program, name));
  }
}
