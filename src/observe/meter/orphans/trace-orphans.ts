import type { Assembler } from '../../../linux/bpf/assembler.js';
import { BpfLink } from '../../../linux/bpf/bpf-link.js';
import { BpfProgram } from '../../../linux/bpf/bpf-program.js';
import { Closing } from '../../../linux/closing.js';
import { countResets } from '../connections/count-resets.js';
import { countOrphans, type OrphanMaps } from './count-orphans.js';
import { knownLayout } from './known-layout.js';

/** Counts packets without a socket until it is disposed of. */
export type OrphanTrace = Disposable & {
  /** Packets, at most, that it did not look at: a program that an interrupt finds at work does not run for the interrupt's packets. */
  readonly missed: number;
};

/**
 * Counts from now on what comes for connections that are no socket any more, and its answers. The first one after a restart of
 * the machine takes the time to read the kernel's types, 70 ms.
 * @returns undefined where the kernel does not let them be known
 */
export function traceOrphans(maps: OrphanMaps): OrphanTrace | undefined {
  const closing = new Closing();
  const programs: BpfProgram[] = [];
  const trace = (tracepoint: string, code: Assembler) => {
    const program = closing.add(BpfProgram.load({ type: 'rawTracepoint', name: `nm_${tracepoint}`, code }));
    closing.add(BpfLink.toTracepoint(program, tracepoint));
    programs.push(program);
  };
  try {
    const layout = knownLayout();
    if (!layout) return undefined;
    trace('kfree_skb', countOrphans(layout, maps));
    trace('tcp_send_reset', countResets(layout, maps));
    return {
      get missed() {
        return programs.reduce((sum, { misses }) => sum + misses, 0);
      },
      [Symbol.dispose]: () => closing[Symbol.dispose](),
    };
  } catch {
    closing[Symbol.dispose]();
    return undefined;
  }
}
