import type { Assembler } from '../../linux/bpf/assembler.js';
import { BpfLink } from '../../linux/bpf/bpf-link.js';
import { BpfProgram } from '../../linux/bpf/bpf-program.js';
import type { Closing } from '../../linux/closing.js';
import { countMoves } from './count-moves.js';
import { followExecs } from './follow-execs.js';
import { followExits } from './follow-exits.js';
import { followForks } from './follow-forks.js';
import { followConnects, forgetSockets } from './follow-sockets.js';
import { CONTROL } from './process-layout.js';
import type { ProcessMaps } from './process-maps.js';
import { protocolOffset, SOCKET_IMAGE, sendInVain } from './socket-image.js';
import { ownTask } from './task-image.js';

/** Where the kernel keeps what the programs need, and whose children are followed. */
export type Attached = { readonly own: bigint; readonly programs: readonly BpfProgram[] };

/**
 * Attaches all programs. Where the kernel has what they need is found out by this thread's own task and by sockets that are
 * known: the kernel's description of its types would take 20 ms.
 * @throws {LinuxError} see {@link BpfProgram.load}, {@link BpfLink.toTracepoint}; {Error} the place is not certain
 */
export function attachPrograms(maps: ProcessMaps, closing: Closing): Attached {
  const programs: BpfProgram[] = [];
  const trace = (tracepoint: string, code: Assembler) => {
    const name = `nm_p_${tracepoint}`;
    const program = closing.add(BpfProgram.load({ type: 'rawTracepoint', name, code }));
    programs.push(program);
    closing.add(BpfLink.toTracepoint(program, tracepoint));
  };
  // The first is what an older kernel has not.
  trace('sock_send_length', countMoves('out', maps));
  const { own, pidAt } = ownTask();
  const protocolAt = findProtocol(maps, own);
  trace('sock_recv_length', countMoves('in', maps));
  trace('inet_sock_set_state', followConnects(maps));
  trace('tcp_destroy_sock', forgetSockets(maps));
  trace('sched_process_exec', followExecs(maps));
  trace('sched_process_exit', followExits(maps));
  trace('sched_process_fork', followForks(maps, pidAt));
  control(maps, { own, armed: 0n, probing: 0n, protocolAt });
  return { own, programs };
}

function findProtocol(maps: ProcessMaps, own: bigint): bigint {
  control(maps, { own, armed: 0n, probing: 1n, protocolAt: 0n });
  const images = sendInVain(() => maps.image.lookup(Buffer.alloc(4)) ?? Buffer.alloc(SOCKET_IMAGE));
  const offset = protocolOffset(images);
  if (offset === undefined) throw new Error('where the kernel keeps the protocol of a socket could not be found out');
  return BigInt(offset);
}

function control({ control: map }: ProcessMaps, values: Readonly<Record<keyof typeof CONTROL.at, bigint>>): void {
  const value = Buffer.alloc(CONTROL.size);
  for (const [field, at] of Object.entries(CONTROL.at))
    value.writeBigUInt64LE(values[field as keyof typeof values], at);
  map.update(Buffer.alloc(4), value);
}
