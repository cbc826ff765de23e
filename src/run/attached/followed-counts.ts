import type { treeTraffic } from '../../traffic/shared/tree-traffic.js';

/** What of a control group is counted; all of it only grows. */
const COUNTS = {
  inWireOctets: 0n,
  outWireOctets: 0n,
  inIpOctets: 0n,
  outIpOctets: 0n,
  /** Received by loopback, or at this machine's own addresses. */
  loopbackOctets: 0n,
  inErrorBound: 0n,
  outErrorBound: 0n,
  /** Readings without a bound. */
  inUnbounded: 0n,
  outUnbounded: 0n,
  appeared: 0n,
  vanished: 0n,
  /** How often it had processes when it was found: what those had moved is not counted. */
  foundLate: 0n,
};

export type FollowedCounts = Readonly<typeof COUNTS>;

export const noCounts = () => ({ ...COUNTS });

/** @param isDoubtful something of it is not counted, or something else is */
export function addTraffic(
  counts: ReturnType<typeof noCounts>,
  { traffic: { external, loopback, hostLocal }, method }: ReturnType<typeof treeTraffic>,
  isDoubtful: boolean,
): void {
  for (const way of ['in', 'out'] as const) {
    counts[`${way}WireOctets`] += BigInt(external[way].wireOctets ?? 0);
    counts[`${way}IpOctets`] += BigInt(external[way].ipOctets ?? 0);
    const bound = isDoubtful ? null : method.errorBound[way];
    if (bound === null) counts[`${way}Unbounded`] += 1n;
    else counts[`${way}ErrorBound`] += BigInt(bound);
  }
  counts.loopbackOctets += BigInt((loopback.in.ipOctets ?? 0) + (hostLocal?.in.ipOctets ?? 0));
}
