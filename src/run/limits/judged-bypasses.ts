import type { Scope } from '../../isolation/scope.js';
import type { Method } from '../../measurement/method.js';
import type { Bypass } from '../../measurement/remotes.js';

/**
 * Those that may have moved what no counter sees. Counted at its sockets, the tree is counted in each namespace; in the host's
 * own everybody is.
 */
export function judgedBypasses(
  bypasses: readonly Bypass[],
  { isolation }: Pick<Scope, 'isolation'>,
  { name }: Pick<Method, 'name'>,
): readonly Bypass[] {
  if (name === 'cgroup') return bypasses.filter(({ kind, leadsOut }) => leadsOut && kind !== 'child-namespace');
  return isolation.kind === 'host' ? [] : bypasses.filter(({ leadsOut }) => leadsOut);
}
