import type { Contamination } from '../../../measurement/isolation.js';

/**
 * What was seen of others: shared as soon as anything was. That nothing was seen says little of what came and went between
 * two looks: clean is a namespace in which nothing moved at all while the command ran, the command's own included.
 * @param moved external octets during the run, whoever's. null: unknown
 */
export function gradeOf(seen: Omit<Contamination, 'grade'>, moved: number | null): Contamination {
  const counts = [seen.idleOctets, seen.foreignConnections];
  if (counts.some((count) => count !== null && count > 0)) return { grade: 'shared', ...seen };
  return { grade: moved === 0 && !counts.includes(null) ? 'clean' : 'unknown', ...seen };
}
