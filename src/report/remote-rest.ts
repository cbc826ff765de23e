import type { RemoteUse } from '../measurement/remotes.js';
import type { InOut } from '../measurement/traffic.js';
import { exact } from './format-octets.js';

/** What the first rows do not show, each where there is any: with them it sums up to the total. */
export function remoteRest(
  { rows, others, unattributed }: RemoteUse,
  shown: number,
): { readonly name: string; readonly octets: InOut<number> }[] {
  const hidden = rows.slice(shown);
  const count = hidden.length + others.remotes;
  const sum = (way: 'in' | 'out') =>
    hidden.reduce(
      (total, { wireOctets, payloadOctets }) => total + (wireOctets[way] ?? payloadOctets[way] ?? 0),
      (others.wireOctets[way] ?? 0) as number,
    );
  const lines = [
    {
      name: others.isComplete ? `${exact(count)} other${count === 1 ? '' : 's'}` : `${exact(count)} others and more`,
      octets: { in: sum('in'), out: sum('out') },
    },
    { name: 'unattributed', octets: { in: unattributed.in ?? 0, out: unattributed.out ?? 0 } },
  ];
  return lines.filter(({ octets }) => octets.in + octets.out > 0);
}
