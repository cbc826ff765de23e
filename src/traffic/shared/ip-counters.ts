import type { CounterDelta } from '../../counters/delta.js';
import type { Family } from '../../measurement/traffic.js';
import { addKnown } from '../layers.js';
import type { Way } from './tree-count.js';

/** IP's own counters of fragments and ICMP errors, by what this module calls them. */
type Counter = 'pieces' | 'failed' | 'errors';

const NAMES: Readonly<Record<Family, Readonly<Record<Way, Readonly<Record<Counter, readonly string[]>>>>>> = {
  ipv4: {
    in: {
      pieces: ['Ip.ReasmReqds'],
      failed: ['Ip.ReasmFails'],
      errors: ['Icmp.InDestUnreachs', 'Icmp.InTimeExcds', 'Icmp.InParmProbs', 'Icmp.InRedirects'],
    },
    out: {
      pieces: ['Ip.FragCreates'],
      failed: ['Ip.FragFails'],
      errors: ['Icmp.OutDestUnreachs', 'Icmp.OutTimeExcds', 'Icmp.OutParmProbs'],
    },
  },
  ipv6: {
    in: {
      pieces: ['Ip6ReasmReqds'],
      failed: ['Ip6ReasmFails'],
      errors: [
        'Icmp6InDestUnreachs',
        'Icmp6InPktTooBigs',
        'Icmp6InTimeExcds',
        'Icmp6InParmProblems',
        'Icmp6InRedirects',
      ],
    },
    out: {
      pieces: ['Ip6FragCreates'],
      failed: ['Ip6FragFails'],
      errors: ['Icmp6OutDestUnreachs', 'Icmp6OutPktTooBigs', 'Icmp6OutTimeExcds', 'Icmp6OutParmProblems'],
    },
  },
};

/** Packets of one kind; null: the kernel does not say. */
export function counter(what: Counter, family: Family, way: Way, { snmp, snmp6 }: CounterDelta): number | null {
  if (family === 'ipv6' && !snmp6) return 0;
  return addKnown(
    NAMES[family][way][what].map((name) => {
      const [group = '', column = ''] = name.split('.');
      return (family === 'ipv6' ? snmp6?.[name] : snmp[group]?.[column]) ?? null;
    }),
  );
}
