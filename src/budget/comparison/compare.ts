import { DNS_PORT } from '../../linux/ip/service-ports.js';
import type { RemoteRow } from '../../measurement/remotes.js';
import type { InOut, Layers } from '../../measurement/traffic.js';
import { type Bounds, exactly, unknown } from '../bounds/bounds.js';
import { wireBounds } from '../bounds/wire-bounds.js';
import type { EarlierRun } from './earlier-run.js';
import { groupRemotes, type RunRemotes } from './remote-groups.js';

/** The same thing in two runs: octets, both ways where the subject is no direction. */
export type ComparedRow = {
  /** class: in, out, total, loopback, this host. process: payload. */
  readonly kind: 'class' | 'remote' | 'process';
  readonly subject: string;
  readonly before: Bounds;
  readonly after: Bounds;
};

/** Compares two runs by class, by remote and by process; the last two where both count them. The largest changes first. */
export function compareRuns(before: EarlierRun, after: EarlierRun): ComparedRow[] {
  return [
    ...classes(before, after),
    ...remotes(before, after).toSorted(byChange),
    ...processes(before, after).toSorted(byChange),
  ];
}

function classes(before: EarlierRun, after: EarlierRun): ComparedRow[] {
  // What an earlier run used is what its report says, as a limit that somebody wrote down is: unless others were seen.
  const then = boundsOf(before, before.contamination?.grade === 'shared');
  const now = boundsOf(after, after.contamination !== undefined && after.contamination.grade !== 'clean');
  const row = (subject: string, a: Bounds, b: Bounds): ComparedRow => ({ kind: 'class', subject, before: a, after: b });
  const [hostThen, hostNow] = [before.traffic.hostLocal, after.traffic.hostLocal];
  return [
    row('in', then.in, now.in),
    row('out', then.out, now.out),
    row('total', then.total, now.total),
    row('loopback', octets(before.traffic.loopback.out), octets(after.traffic.loopback.out)),
    ...(hostThen && hostNow ? [row('this host', bothWays(hostThen), bothWays(hostNow))] : []),
  ];
}

const boundsOf = ({ traffic, method }: EarlierRun, isShared: boolean) =>
  wireBounds({ external: traffic.external, method, isShared });

const octets = ({ wireOctets, ipOctets }: Layers): Bounds => {
  const count = wireOctets ?? ipOctets;
  return count === null ? unknown('it could not be measured') : exactly(count);
};

function bothWays({ in: incoming, out }: InOut<Layers>): Bounds {
  return incoming.wireOctets === null || out.wireOctets === null
    ? unknown('it could not be measured')
    : exactly(incoming.wireOctets + out.wireOctets);
}

function remotes(before: EarlierRun, after: EarlierRun): ComparedRow[] {
  if (before.remotes?.evidence !== 'kernel-counters' || after.remotes?.evidence !== 'kernel-counters') return [];
  const [restThen, restNow] = [restOf(before), restOf(after)];
  return groupRemotes(remotesOf(before), remotesOf(after)).map(({ subject, before: then, after: now }) => ({
    kind: 'remote',
    subject,
    before: withRest(sumOf(then), restThen),
    after: withRest(sumOf(now), restNow),
  }));
}

const remotesOf = ({ remotes, dns }: EarlierRun): RunRemotes => {
  const { rows = [] } = remotes ?? {};
  return {
    rows,
    // Questions that were counted at their port and not seen leave remotes without their names.
    seesNames:
      dns !== undefined && dns.queries !== null && (dns.queries > 0 || !rows.some(({ port }) => port === DNS_PORT)),
  };
};

/** What any remote may have had of it. */
function restOf({ remotes, method }: EarlierRun): number {
  if (!remotes) return Infinity;
  const { others, unattributed } = remotes;
  const bound = (method.errorBound.in ?? Infinity) + (method.errorBound.out ?? Infinity);
  return bothOf(others.wireOctets) + Math.max(0, bothOf(unattributed)) + bound;
}

const withRest = (used: number, rest: number): Bounds =>
  rest === 0
    ? exactly(used)
    : { lower: used, upper: used + rest, used, reason: 'some of the traffic could not be distinguished by its remote' };

/** What the kernel counts by remote is known. */
const bothOf = ({ in: incoming, out }: InOut<number | null>) => (incoming ?? 0) + (out ?? 0);

const sumOf = (rows: readonly RemoteRow[]) => rows.reduce((sum, { wireOctets }) => sum + bothOf(wireOctets), 0);

function processes(before: EarlierRun, after: EarlierRun): ComparedRow[] {
  const [then, now] = [payloads(before), payloads(after)];
  if (!then || !now) return [];
  return [...new Set([...then.keys(), ...now.keys()])].map((subject) => ({
    kind: 'process',
    subject,
    before: exactly(then.get(subject) ?? 0),
    after: exactly(now.get(subject) ?? 0),
  }));
}

/** External payload by the name of the program. */
function payloads({ processes: use }: EarlierRun): ReadonlyMap<string, number> | undefined {
  if (!use || use.evidence === 'none') return undefined;
  const sums = new Map<string, number>();
  for (const { name, payload } of use.processes) {
    const key = name ?? 'unknown';
    sums.set(key, (sums.get(key) ?? 0) + payload.external.in + payload.external.out);
  }
  return sums;
}

const byChange = (a: ComparedRow, b: ComparedRow) => change(b) - change(a);
const change = ({ before, after }: ComparedRow) => Math.abs((after.used ?? 0) - (before.used ?? 0));
