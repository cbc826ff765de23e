import { expect, test } from 'vitest';
import type { Link } from '../../../src/linux/netlink/route/link.js';
import { leadingOut } from '../../../src/observe/meter/leading-out.js';

const link = (index: number, over: Partial<Link> = {}): Link => ({
  ...{ index, name: `device${index}`, mtu: 1500, isUp: true, isRunning: true, isOtherElsewhere: false },
  ...{ alias: undefined, kind: undefined, other: undefined, master: undefined, masterKind: undefined },
  ...{ packets: undefined, octets: undefined, ...over },
});
const elsewhere = { other: 2, isOtherElsewhere: true };

test.each<[string, boolean, Partial<Link>]>([
  ['hardware', true, {}],
  ['a tunnel', true, { kind: 'wireguard' }],
  ['a program’s', true, { kind: 'tun' }],
  ['a program’s that nobody has', false, { kind: 'tun', isRunning: false }],
  ['a container’s end of a pair', true, { kind: 'veth', ...elsewhere }],
  ['a pair of which both ends are here', false, { kind: 'veth', other: 8 }],
  ['a bridge', false, { kind: 'bridge' }],
  ['a port of one', false, { kind: 'veth', ...elsewhere, master: 9, masterKind: 'bridge' }],
  ['a VRF', false, { kind: 'vrf' }],
  ['what shares a device with others', false, { kind: 'macvlan', ...elsewhere }],
  ['a VLAN of hardware', true, { kind: 'vlan', other: 4 }],
  ['a VLAN of a bridge', false, { kind: 'vlan', other: 3 }],
  ['a VLAN of a device in another namespace', true, { kind: 'vlan', other: 3, isOtherElsewhere: true }],
  ['what is said to be above itself', false, { kind: 'vlan', other: 7 }],
])('%s cannot lead to a namespace that is made from now on: %s', (_, leads, over) => {
  const others = [link(1), link(3, { kind: 'bridge' }), link(4, { isRunning: true })];
  expect(leadingOut([...others, link(7, over)], true)).toEqual(leads ? [4, 7] : [4]);
});

test('where who is measured was there first, only hardware is known to be none of theirs', () => {
  const made = [link(2, { kind: 'veth', ...elsewhere }), link(3, { kind: 'wireguard' }), link(4, { kind: 'tun' })];
  expect(leadingOut([...made, link(5), link(6, { kind: 'vlan', other: 5 })], false)).toEqual([5, 6]);
});

test('no more than a packet can be compared with', () => {
  const links = Array.from({ length: 40 }, (_, at) => link(41 - at));
  expect(leadingOut(links, true)).toEqual(Array.from({ length: 16 }, (_, at) => at + 2));
});
