import type { PolicyRule } from '../../linux/netlink/route/policy-rules.js';
import { IN_PLACE, type Obstacle } from './obstacle.js';

/**
 * Rules of routing policy that select packets by who made them. What comes out of a namespace is forwarded: it is nobody's
 * here, counts as root's, and came in by a device.
 * @param uid the command's user; root can become any other
 */
export function ruleObstacles(rules: readonly PolicyRule[], uid: number): Obstacle[] {
  const met = rules.filter((rule) => rule.action !== 'nop' && (isForOwn(rule) || distinguishesUsers(rule, uid)));
  return met.map((rule) => ({
    kind: 'evades',
    reason: `the routing rule ${rule.priority} (ip ${rule.family === 'ipv6' ? '-6 ' : ''}rule) is for the packets of ${whose(rule)}, and misses those that come out of a namespace`,
    cure: IN_PLACE,
  }));
}

const isForOwn = ({ inDevice }: PolicyRule) => inDevice === 'lo';

const ROOT = 0;
/** The last uid; the one behind it is none. */
const LAST = 0xfffffffe;

function distinguishesUsers({ users }: PolicyRule, uid: number): boolean {
  if (!users) return false;
  const [first, last] = users;
  const selects = (each: number) => first <= each && each <= last;
  return uid === ROOT ? first > ROOT || last < LAST : selects(uid) !== selects(ROOT);
}

function whose({ users }: PolicyRule): string {
  if (!users) return 'this machine itself';
  const [first, last] = users;
  return first === last ? `user ${first}` : `users ${first} to ${last}`;
}
