import type { Link } from '../../linux/netlink/route/link.js';
import { LOOPBACK_DEVICE } from './packet-context.js';

/** Of more each packet would ask for too many. */
const MOST = 16;
/** What they carry may go to another device of this machine without leaving by one: ports, and siblings on the same device. */
const FORWARDING: readonly string[] = [
  ...['bridge', 'openvswitch', 'vrf', 'macvlan', 'macvtap', 'ipvlan', 'ipvtap', 'batadv', 'hsr'],
];
/** Whose other end is a device, which can be moved to another namespace. */
const PAIRS: readonly string[] = ['veth', 'netkit', 'vxcan'];
/** Hardware, which has no kind, and what is made of it. */
const HARDWARE: readonly string[] = ['', 'vlan', 'bond', 'team'];

/**
 * Those of a namespace's devices, by their number, that cannot lead to a namespace that is made from now on. One without a carrier
 * has nobody at its other end yet, and of a pair in one namespace an end may be moved; ports of a bridge carry no IP.
 * @param isAtStart false: some that are there may lead to namespaces that have been made already by who is measured
 */
export function leadingOut(links: readonly Link[], isAtStart: boolean): number[] {
  const known = new Map(links.map((link) => [link.index, link]));
  const leads = ({ kind = '', other, isOtherElsewhere, isRunning, masterKind = '' }: Link, depth = 0): boolean => {
    if (!isRunning || FORWARDING.includes(kind) || masterKind === 'bridge' || masterKind === 'openvswitch')
      return false;
    if (!isAtStart && !HARDWARE.includes(kind)) return false;
    if (PAIRS.includes(kind)) return isOtherElsewhere;
    const below = isOtherElsewhere || other === undefined ? undefined : known.get(other);
    return below === undefined || (depth < links.length && leads(below, depth + 1));
  };
  const outer = links.filter((link) => link.index !== LOOPBACK_DEVICE && leads(link)).map(({ index }) => index);
  return outer.sort((one, other) => one - other).slice(0, MOST);
}
