import type { Limit } from '../limits.js';
import type { Bounds } from './bounds.js';
import type { Evidence } from './evidence.js';

/** What a way past the counters could have added to. A process' payload is known by its calls, wherever they led. */
const AFFECTED: ReadonlySet<Limit['kind']> = new Set([
  'in',
  'out',
  'total',
  'rate-average',
  'rate-peak',
  'connections',
  'dns-queries',
  'host-local',
  'remote',
]);

/** A number below which there may be more: the command had a way to a network that no counter sees. */
export function withBypasses(kind: Limit['kind'], bounds: Bounds, { bypasses = [] }: Evidence): Bounds {
  const [first] = bypasses;
  if (first === undefined || !AFFECTED.has(kind)) return bounds;
  const others = bypasses.length === 1 ? '' : ` and ${bypasses.length - 1} more`;
  const reason = `it could go past the counters: ${first.what}${others} (--ignore-bypasses judges it all the same)`;
  return { ...bounds, upper: Infinity, reason };
}
