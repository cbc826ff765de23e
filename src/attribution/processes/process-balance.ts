import type { Balance, ProcessEvidence, ProcessUse } from '../../measurement/processes.js';
import type { InOut } from '../../measurement/traffic.js';
import type { IpOctets } from '../../units.js';
import { SAMPLES_BLIND_SPOTS, TRACE_BLIND_SPOTS } from '../bypasses/blind-spots.js';
import type { CountedPayload, Portless, Retransmitted } from '../counted-payload.js';

const NO_PORTLESS: Portless = { payload: { in: 0, out: 0 }, packets: { in: 0, out: 0 } };

/**
 * Explains the wire's octets by what processes moved.
 * @param wire external wire octets
 * @param counted undefined: packets were not counted by remote
 * @param isOfDevices the wire is some devices', and others may have carried what the command moved
 */
export function withBalance(
  found: ProcessEvidence,
  wire: InOut<IpOctets | null>,
  counted: CountedPayload | undefined,
  isOfDevices = false,
): ProcessUse {
  if (found.evidence === 'none') return found;
  const { external, unplaced } = found.payload;
  const { datagrams, portless = NO_PORTLESS, staysInside = false } = counted ?? {};
  // A raw socket of IPv4 receives headers too, and may write them (IP_HDRINCL, raw(7)).
  const handed = (way: 'in' | 'out') =>
    [portless.payload[way], portless.packets[way]].find((octets) => unplaced[way] === (datagrams?.[way] ?? 0) + octets);
  const unplacedIsExternal = datagrams !== undefined && handed('in') !== undefined && handed('out') !== undefined;
  const each = (way: 'in' | 'out'): Balance => {
    const payload = external[way] + (unplacedIsExternal ? unplaced[way] : 0);
    const all = counted?.all[way] ?? null;
    const carried = all === null ? null : all + ((unplacedIsExternal && handed(way)) || portless.payload[way]);
    const octets = wire[way];
    const headers = octets === null || carried === null ? null : octets - carried;
    const rest = octets === null ? null : octets - (headers ?? 0) - payload;
    const retransmitted = headers === null ? null : within(counted?.retransmitted?.[way], rest ?? 0);
    return {
      wireOctets: octets,
      payloadOctets: payload,
      overheadOctets: headers,
      retransmittedOctets: retransmitted,
      // How much stayed, or went by others, is not known.
      unattributedOctets:
        rest === null || ((staysInside || isOfDevices) && rest < 0) ? null : rest - (retransmitted ?? 0),
    };
  };
  const blindTo = found.evidence === 'traced' ? TRACE_BLIND_SPOTS : SAMPLES_BLIND_SPOTS;
  return { ...found, unplacedIsExternal, blindTo, balance: { in: each('in'), out: each('out') } };
}

/** As much of the rest as the bounds allow. */
const within = (bounds: Retransmitted['in'], rest: number) =>
  bounds ? Math.min(Math.max(rest, bounds.least), bounds.most) : null;
