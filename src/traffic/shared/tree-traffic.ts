import type { Family, InOut, Layers } from '../../measurement/traffic.js';
import { ipOctets, packets } from '../../units.js';
import type { Count } from '../count.js';
import { addKnown } from '../layers.js';
import { separateHostPorts } from '../separate-host-ports.js';
import { boundOf, type Doubted, treeDoubts } from './tree-bound.js';
import { allOf, type Beside, type TreeClass, type TreeCount, WAYS, type Way } from './tree-count.js';
import { REASONS } from './tree-reasons.js';

const NONE = { in: 0, out: 0 };

/** Traffic of a tree whose sockets were counted one by one, wherever they are. */
export function treeTraffic(
  counts: readonly TreeCount[],
  { wire, delta, unseen, late, sentPastIp, nested = NONE }: Beside,
): Count {
  const of = (name: TreeClass, families: readonly Family[]) => flow(counts, name, families);
  const external = of('external', ['ipv4', 'ipv6']);
  const traffic = {
    external: { ...external, ipv4: of('external', ['ipv4']), ipv6: of('external', ['ipv6']) },
    loopback: of('loopback', ['ipv4', 'ipv6']),
    hostLocal: of('hostLocal', ['ipv4', 'ipv6']),
  };
  const [doubtsIn, doubtsOut] = WAYS.map((way) => treeDoubts(counts, way, { delta, unseen, late }));
  const reasons = reasonsOf([...(doubtsIn ?? []), ...(doubtsOut ?? [])], sentPastIp);
  return {
    traffic: separateHostPorts(traffic, wire, true),
    ...(sentPastIp && { sentPastIp }),
    ...(nested.in + nested.out > 0 && { nestedUnsure: nested.in + nested.out }),
    method: {
      name: 'cgroup',
      errorBound: {
        in: addKnown([boundOf(doubtsIn ?? []), nested.in, sentPastIp === 0 ? 0 : null]),
        out: addKnown([boundOf(doubtsOut ?? []), sentPastIp, nested.out]),
      },
      ...(reasons.length > 0 && { reasons }),
      packetsIn: 'cgroup',
    },
  };
}

/** What nested namespaces add to the bounds has a warning of its own. */
function reasonsOf(doubts: readonly Doubted[], sentPastIp: number | null): string[] {
  const causes: string[] = doubts.map(({ by }) => REASONS[by]);
  if (sentPastIp === null) causes.push(REASONS['unseen-sends']);
  if (sentPastIp) causes.push(REASONS['packet-sockets']);
  return [...new Set(causes)];
}

function flow(counts: readonly TreeCount[], name: TreeClass, families: readonly Family[]): InOut<Layers> {
  const layers = (way: Way): Layers => {
    const isOurs = (each: TreeCount) => each.class === name && each.way === way && families.includes(each.family);
    const number = (field: keyof TreeCount['count']) => allOf(counts, isOurs, field);
    return {
      wireOctets: ipOctets(number('wireOctets')),
      ipOctets: ipOctets(number('ipOctets')),
      // There are no frames where packets are counted.
      linkBytes: null,
      packets: packets(number('packets')),
    };
  };
  return { in: layers('in'), out: layers('out') };
}
