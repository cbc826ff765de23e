import { parseNetstat } from '../counters/netstat.js';
import { parseSnmp } from '../counters/snmp.js';
import { parseSnmp6 } from '../counters/snmp6.js';
import type { InOut } from '../measurement/traffic.js';
import { toExactNumber } from '../units.js';

/** The far end's counter files, as texts. */
export type FarCounters = { readonly netstat: string; readonly snmp: string; readonly snmp6: string };

/** What the client of the load sends besides its payload: its requests. */
export type Load = { readonly bytes: number; readonly requests: number; readonly connections: number };

/** IP and TCP header of a segment, timestamps included; a SYN's options are longer. */
const HEADERS = { ipv4: 52, ipv6: 72 } as const;
const SYN_OPTIONS = 8;

/**
 * What crossed the wire, by the counters of its other end, which are none of those that netmeter counts with: TCP's
 * segments out, and the ECN counters' segments in, each with its headers, and the payload.
 * @returns undefined when a segment was sent twice: then the payload is not what was asked for
 */
export function trueOctets(
  family: 'ipv4' | 'ipv6',
  load: Load,
  before: FarCounters,
  after: FarCounters,
): InOut<number> | undefined {
  const grown = (read: (counters: FarCounters) => bigint) => toExactNumber(read(after) - read(before));
  if (grown((far) => tcp(far, 'RetransSegs')) > 0) return undefined;
  const headers = HEADERS[family];
  const syn = SYN_OPTIONS * load.connections;
  return {
    in: headers * grown((far) => tcp(far, 'OutSegs')) + load.bytes + syn,
    out: headers * grown((far) => segmentsIn(family, far)) + load.bytes + load.requests + syn,
  };
}

const tcp = ({ snmp }: FarCounters, name: string) => parseSnmp(snmp)['Tcp']?.[name] ?? 0n;

function segmentsIn(family: 'ipv4' | 'ipv6', { netstat, snmp6 }: FarCounters): bigint {
  const [counters, prefix] = family === 'ipv4' ? [parseNetstat(netstat)['IpExt'], ''] : [parseSnmp6(snmp6), 'Ip6'];
  return ['InNoECTPkts', 'InECT0Pkts', 'InECT1Pkts', 'InCEPkts'].reduce(
    (total, name) => total + (counters?.[prefix + name] ?? 0n),
    0n,
  );
}
