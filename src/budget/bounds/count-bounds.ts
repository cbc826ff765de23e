import { type Bounds, exactly, unknown } from './bounds.js';
import type { Evidence } from './evidence.js';
import { wireBounds } from './wire-bounds.js';

/** TCP connections with the outside that were answered, whoever opened them. */
export function connectionBounds(evidence: Evidence): Bounds {
  const { remotes, protocol, isShared = false } = evidence;
  if (wireBounds(evidence).total.upper === 0) return exactly(0);
  const { connectionsOpened = null, connectionsAccepted = null } = protocol?.tcp ?? {};
  // Those within the namespace are in it, and those that failed.
  const most =
    connectionsOpened === null || connectionsAccepted === null ? Infinity : connectionsOpened + connectionsAccepted;
  if (remotes?.evidence !== 'kernel-counters')
    return { lower: 0, upper: most, used: null, reason: 'connections with the outside are not distinguished here' };
  const counted = remotes.rows.reduce((sum, { connections }) => sum + (connections ?? 0), 0);
  const { others, unattributed } = remotes;
  if (others.remotes === 0 && others.isComplete && unattributed.in === 0 && unattributed.out === 0 && !isShared)
    return exactly(counted);
  return {
    lower: isShared ? 0 : counted,
    upper: Math.max(counted, most),
    used: counted,
    reason: 'not all that crossed could be distinguished by its remote',
  };
}

/** Questions to the command's nameservers. */
export function dnsBounds({ dns }: Evidence): Bounds {
  if (!dns) return unknown('the command’s look-ups were not seen');
  if (dns.queries !== null) return exactly(dns.queries);
  const seen = dns.answered + dns.unanswered;
  const reason = 'not all of its questions were seen: it asked other nameservers too, or there was no room for some';
  return { lower: seen, upper: Infinity, used: seen, reason };
}
