import { HARMLESS_TARGETS } from '../tools/firewall/harmless-targets.js';

/** What a rule does to a packet that a namespace's packet would not have done to it. */
export type Effect = 'refuses' | 'redirects' | 'marks';

const REDIRECTING = ['DNAT', 'REDIRECT', 'NETMAP'];

/** @param marksMatter a routing rule looks at marks */
export function effectOfTarget(target: string, marksMatter: boolean): Effect | undefined {
  if (target === 'MARK') return marksMatter ? 'marks' : undefined;
  if (REDIRECTING.includes(target)) return 'redirects';
  return HARMLESS_TARGETS.includes(target) ? undefined : 'refuses';
}
