import type { InOut } from '../../measurement/traffic.js';
import { grouped } from '../../units.js';
import { type Bounds, plus, unknown } from './bounds.js';
import type { Evidence } from './evidence.js';

type WireEvidence = Pick<Evidence, 'external' | 'method' | 'isShared'>;

/** What is certain about external wire octets. */
export function wireBounds({ external, method, isShared = false }: WireEvidence): InOut<Bounds> & { total: Bounds } {
  const why = method.reasons?.join('; ') ?? 'how far the number can be off is not known';
  const way = (which: 'in' | 'out') =>
    method.errorBound[which] === null && external[which].wireOctets !== null
      ? { ...unknown(why), used: external[which].wireOctets }
      : boundsOf(external[which].wireOctets, method.errorBound[which] ?? 0, isShared);
  const [incoming, out] = [way('in'), way('out')];
  return { in: incoming, out, total: totalOf(incoming, out, isShared) };
}

/** Each can be off by its own. */
function totalOf(incoming: Bounds, out: Bounds, isShared: boolean): Bounds {
  const total = plus(incoming, out);
  const off = total.upper - (total.used ?? 0);
  return isShared || off === 0 || off === Infinity ? total : { ...total, reason: offBy(off) };
}

const offBy = (octets: number) => `the number can be off by ${grouped(octets)} B`;

function boundsOf(used: number | null, bound: number, isShared: boolean): Bounds {
  if (used === null) return unknown('the wire octets could not be measured');
  const reason = isShared
    ? 'others can have used the same namespace, and the number holds theirs'
    : bound > 0
      ? offBy(bound)
      : undefined;
  return {
    lower: isShared ? 0 : Math.max(0, used - bound),
    upper: used + bound,
    used,
    ...(reason && { reason }),
  };
}
