import type { Balance, ProcessEvidence, ProcessUse } from '../measurement/processes.js';
import type { RemoteUse } from '../measurement/remotes.js';
import type { InOut } from '../measurement/traffic.js';
import type { IpOctets } from '../units.js';
import { SAMPLES_BLIND_SPOTS, TRACE_BLIND_SPOTS } from './blind-spots.js';
import type { Repeated } from './remote-tcp.js';

/**
 * In a container the kernel's numbers are not ours, and /proc shows no command lines by them; the command's own is known.
 * @param argv the command's
 */
export function withCommandLine(told: ProcessEvidence, argv: readonly string[]): ProcessEvidence {
  if (told.evidence === 'none') return told;
  const [first, ...others] = told.processes;
  const program = argv[0]?.replace(/^.*\//s, '');
  if (first?.depth !== 0 || first.commandLine !== null || first.name !== program) return told;
  return { ...told, processes: [{ ...first, commandLine: argv }, ...others] };
}

/**
 * Explains the wire's octets by what processes moved.
 * @param wire external wire octets
 * @param remotes counted in the kernel: what they carried beyond their payload is headers
 * @param repeated payload that crossed more than once
 */
export function withBalance(
  told: ProcessEvidence,
  wire: InOut<IpOctets | null>,
  remotes: RemoteUse | undefined,
  repeated?: Repeated,
): ProcessUse {
  if (told.evidence === 'none') return told;
  const { external, unplaced } = told.payload;
  const unplacedIsExternal = isAllOutside(unplaced, remotes);
  const each = (way: 'in' | 'out'): Balance => {
    const payload = external[way] + (unplacedIsExternal ? unplaced[way] : 0);
    const carried = remotes?.evidence === 'kernel-counters' ? remotes.payloadOctets[way] : null;
    const octets = wire[way];
    const headers = octets === null || carried === null ? null : octets - carried;
    const rest = octets === null ? null : octets - (headers ?? 0) - payload;
    const again = headers === null ? null : within(repeated?.[way], rest ?? 0);
    return {
      wireOctets: octets,
      payloadOctets: payload,
      headerOctets: headers,
      retransmittedOctets: again,
      unattributedOctets: rest === null ? null : rest - (again ?? 0),
    };
  };
  const blindTo = told.evidence === 'traced' ? TRACE_BLIND_SPOTS : SAMPLES_BLIND_SPOTS;
  return { ...told, unplacedIsExternal, blindTo, balance: { in: each('in'), out: each('out') } };
}

/** As much of the rest as the bounds allow. */
const within = (bounds: Repeated['in'], rest: number) =>
  bounds ? Math.min(Math.max(rest, bounds.least), bounds.most) : null;

/**
 * The sockets without connection are UDP's. Where they moved what the remotes carried of UDP, to the octet and both ways,
 * none of it stayed on this machine.
 */
function isAllOutside(unplaced: InOut<number>, remotes: RemoteUse | undefined): boolean {
  if (remotes?.evidence !== 'kernel-counters' || remotes.others.remotes > 0 || !remotes.others.isComplete) return false;
  const datagrams = remotes.rows.filter(({ protocol }) => protocol === 'udp');
  const carried = (way: 'in' | 'out') =>
    datagrams.reduce((sum, { payloadOctets }) => sum + (payloadOctets[way] ?? 0), 0);
  return carried('in') === unplaced.in && carried('out') === unplaced.out;
}
