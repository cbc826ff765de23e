import type { InOut, JudgedBudget, JudgedLimit, Layers, LimitKind, Method, Verdict } from '../measurement.js';
import { type IpOctets, ipOctets } from '../units.js';

/** Allowed external wire octets; what is absent is not limited. */
export type Limits = { readonly [kind in LimitKind]?: IpOctets };

/** What a verdict is made from: the wire octets, how far they can be off, and whether netmeter ended the command. */
export type Evidence = { readonly external: InOut<Layers>; readonly method: Method; readonly ended: boolean };

const KINDS: readonly LimitKind[] = ['in', 'out', 'total'];

/**
 * Judges each limit on external wire octets; a use equal to the limit is within it.
 * @returns undefined when there is no limit
 */
export function judge(limits: Limits, { external, method, ended }: Evidence): JudgedBudget | undefined {
  const used = {
    in: external.in.wireOctets,
    out: external.out.wireOctets,
    total: both(external.in.wireOctets, external.out.wireOctets),
  };
  const { in: boundIn, out: boundOut } = method.errorBound;
  const bound = { in: boundIn, out: boundOut, total: both(boundIn, boundOut) };
  const judged = KINDS.flatMap((kind): JudgedLimit[] => {
    const limit = limits[kind];
    const octets = used[kind] === null ? null : ipOctets(used[kind]);
    return limit === undefined ? [] : [{ kind, limit, used: octets, verdict: verdictOn(limit, octets, bound[kind]) }];
  });
  return judged.length === 0 ? undefined : { verdict: worst(judged), limits: judged, ended };
}

/** A number that may be off is judged only where the error cannot change the verdict. */
function verdictOn(limit: number, used: number | null, bound: number | null): Verdict {
  if (used === null || bound === null) return 'unmeasured';
  if (used - bound > limit) return 'exceeded';
  return used + bound <= limit ? 'within' : 'unmeasured';
}

function worst(limits: readonly JudgedLimit[]): Verdict {
  const verdicts = limits.map((limit) => limit.verdict);
  return (['exceeded', 'unmeasured'] as const).find((verdict) => verdicts.includes(verdict)) ?? 'within';
}

const both = (a: number | null, b: number | null) => (a === null || b === null ? null : a + b);
