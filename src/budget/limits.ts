import type { JudgedLimit, LimitKind } from '../measurement/budget.js';
import type { IpOctets, OctetsPerSecond } from '../units.js';

/** What is allowed; what is absent is not limited. */
export type Limits = {
  /** External wire octets. */
  readonly in?: IpOctets;
  readonly out?: IpOctets;
  readonly total?: IpOctets;
  /** Of the busier direction. */
  readonly rateAverage?: OctetsPerSecond;
  readonly ratePeak?: OctetsPerSecond;
  readonly connections?: number;
  readonly dnsQueries?: number;
  readonly loopback?: IpOctets;
  readonly hostLocal?: IpOctets;
  /** By pattern: a name (`*.example.com`), an address, or a range of addresses (`203.0.113.0/24`). */
  readonly remotes?: Readonly<Record<string, IpOctets>>;
  /** By the name of a program; `*` and `?` stand for others. */
  readonly processes?: Readonly<Record<string, IpOctets>>;
};

/** One limit, before it is judged. */
export type Limit = Pick<JudgedLimit, 'subject' | 'unit' | 'limit'> & { readonly kind: AskedKind };

/** What can be limited without an earlier run. */
type AskedKind = Exclude<LimitKind, 'increase'>;

type PlainKey = Exclude<keyof Limits, 'remotes' | 'processes'>;

/** In the order in which they are printed. */
const PLAIN: readonly (readonly [PlainKey, AskedKind, Limit['unit']?])[] = [
  ['in', 'in'],
  ['out', 'out'],
  ['total', 'total'],
  ['rateAverage', 'rate-average', 'octets/s'],
  ['ratePeak', 'rate-peak', 'octets/s'],
  ['connections', 'connections', 'count'],
  ['dnsQueries', 'dns-queries', 'count'],
  ['loopback', 'loopback'],
  ['hostLocal', 'host-local'],
];

/** Limits one by one, in a fixed order. */
export function listLimits(limits: Limits): Limit[] {
  const plain = PLAIN.flatMap(([key, kind, unit]): Limit[] => {
    const limit = limits[key];
    return limit === undefined ? [] : [{ kind, ...(unit && { unit }), limit }];
  });
  const named = (kind: AskedKind, given: Readonly<Record<string, IpOctets>> = {}) =>
    Object.entries(given).map(([subject, limit]): Limit => ({ kind, subject, limit }));
  return [...plain, ...named('remote', limits.remotes), ...named('process', limits.processes)];
}

/** Whether it must be known who used the network. */
export const needsProcesses = ({ processes }: Limits) => Object.keys(processes ?? {}).length > 0;
