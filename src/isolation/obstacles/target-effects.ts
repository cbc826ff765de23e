/** What a rule does to a packet that a namespace's packet would not have done to it. */
export type Effect = 'refuses' | 'redirects' | 'marks';

/** Targets of the old iptables that let a packet go on its way. */
const HARMLESS = ['LOG', 'NFLOG', 'CONNMARK', 'TCPMSS', 'CT', 'DSCP', 'TTL', 'HL', 'CLASSIFY', 'TRACE', 'SET', 'TOS'];
const REDIRECTING = ['DNAT', 'REDIRECT', 'NETMAP'];

/** @param marksMatter a routing rule looks at marks */
export function effectOfTarget(target: string, marksMatter: boolean): Effect | undefined {
  if (target === 'MARK') return marksMatter ? 'marks' : undefined;
  if (REDIRECTING.includes(target)) return 'redirects';
  return HARMLESS.includes(target) ? undefined : 'refuses';
}
