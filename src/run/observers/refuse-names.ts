import { NetmeterError } from '../../errors.js';
import type { Egress } from '../../isolation/limits/destinations.js';

/** A name whose answer is not seen before it is used could not be allowed, or denied: that is no reason to allow it. */
export async function refuseNames(egress: Egress): Promise<void> {
  const { hasNames } = await import('../../isolation/limits/destinations.js');
  if (!hasNames(egress)) return;
  throw new NetmeterError('SETUP_FAILED', "--allow, --deny: the command's look-ups cannot be seen here", {
    cure: 'Give addresses or networks instead of names, or a nameserver in /etc/resolv.conf.',
  });
}
