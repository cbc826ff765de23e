import type { Contamination } from '../measurement/isolation.js';

/** What was seen of others: shared as soon as anything was, and clean only where everything was looked at. */
export function gradeOf(seen: Omit<Contamination, 'grade'>): Contamination {
  const counts = [seen.idleOctets, seen.foreignConnections];
  if (counts.some((count) => count !== null && count > 0)) return { grade: 'shared', ...seen };
  return { grade: counts.includes(null) ? 'unknown' : 'clean', ...seen };
}
