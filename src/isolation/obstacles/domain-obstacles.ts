import { IN_PLACE, type Obstacle } from './obstacle.js';

/** What `ip vrf exec` makes of the path of its command's control group (ip-vrf(8)): a program there binds each socket. */
const DOMAIN = /^0::.*\/vrf\/([^/\n]+)/m;

/**
 * A routing domain (VRF) that netmeter was started in: its sockets are bound to the domain's device, which a namespace has not.
 * @param cgroup /proc/self/cgroup
 */
export function domainObstacles(cgroup: string): Obstacle[] {
  const name = DOMAIN.exec(cgroup)?.[1];
  if (name === undefined) return [];
  const reason = `sockets of this control group are bound to the routing domain ${name} (ip vrf exec), and what comes out of a namespace is not`;
  return [{ kind: 'evades', reason, cure: IN_PLACE }];
}
