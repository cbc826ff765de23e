import { BpfLink } from '../../linux/bpf/bpf-link.js';
import { BpfProgram, type BpfProgramPlan } from '../../linux/bpf/bpf-program.js';
import type { Closing } from '../../linux/closing.js';
import type { CgroupGate } from '../gate/cgroup-gate.js';
import { rememberConnections } from './connections/connections.js';
import { firstAccepted, type KnownOfPackets, knownOfPackets } from './known-of-packets.js';
import type { Maps } from './meter-maps.js';
import type { MeterSlots } from './meter-slots.js';
import { countPackets } from './packets/count-packets.js';
import type { MeterMaps } from './program-maps.js';
import type { Way } from './totals.js';

type Given = {
  readonly maps: Maps & Pick<MeterMaps, 'places' | 'outer' | 'owned'>;
  /** The cookie of the run's network namespace, where packets may name theirs. */
  readonly network: bigint | undefined;
  /** Of what refuses packets before they are counted. */
  readonly gate: CgroupGate['maps'] | undefined;
  /** Runs programs that look at the same for other ends. */
  readonly slots: MeterSlots | undefined;
};

/**
 * Attaches what counts to a control group, until `closing` closes it.
 * @returns what this kernel lets the programs know of a packet
 * @throws {LinuxError} bpf(2) is refused (EPERM), or this kernel has not what is needed (EINVAL, before Linux 5.7)
 */
export function attachPrograms(group: number, closing: Closing, { maps, network, gate, slots }: Given): KnownOfPackets {
  const link = (plan: BpfProgramPlan) => {
    // Once attached, the program lives as long as its link.
    using program = BpfProgram.load(plan);
    closing.add(BpfLink.toCgroup(program, group));
  };
  const opened = rememberConnections({ ...maps, next: slots?.at('sockOps') });
  link({ type: 'sockOps', name: 'nm_connect', attachment: 'sockOps', code: opened });
  const count = (way: Way, known: KnownOfPackets) => {
    const attachment = way === 'in' ? 'ingress' : 'egress';
    const code = countPackets(way, { ...maps, ...known, next: slots?.at(attachment) }, gate);
    link({ type: 'cgroupSkb', name: `nm_${way}`, attachment, code });
  };
  const known = firstAccepted(knownOfPackets(network), (choice) => count('in', choice));
  count('out', known);
  return known;
}
