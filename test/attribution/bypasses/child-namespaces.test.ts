import { expect, test } from 'vitest';
import { childNamespaces, type Resident } from '../../../src/attribution/bypasses/child-namespaces.js';

const KNOWN = { scope: 'net:[2]', own: 'net:[1]' };
const HEADER = 'Iface\tDestination\tGateway \tFlags\n';
const LO6 = `${'0'.repeat(31)}1 80 ${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00000000 00000002 00000000 80200001       lo\n`;
const resident = (namespace: string, ipv4 = HEADER, ipv6 = LO6): Resident => ({
  pid: 7,
  namespace,
  routes: { ipv4, ipv6 },
});

test.each<[string, Resident, [string, boolean][]]>([
  ['the scope’s own', resident('net:[2]', `${HEADER}nm4\t00000000\n`), []],
  ['a sandbox', resident('net:[3]'), [['net:[3]', false]]],
  ['one without IPv6', resident('net:[3]', HEADER, ''), [['net:[3]', false]]],
  ['one that may not be looked into', resident('net:[3]', '', ''), [['net:[3]', false]]],
  ['with an IPv4 route', resident('net:[3]', `${HEADER}eth0\t00000000\n`), [['net:[3]', true]]],
  ['with an IPv6 route', resident('net:[3]', HEADER, LO6 + LO6.replace('lo', 'eth0')), [['net:[3]', true]]],
  ['a device whose name ends in lo', resident('net:[3]', HEADER, LO6.replace(' lo', ' vlo')), [['net:[3]', true]]],
  ['back in netmeter’s own', resident('net:[1]', HEADER), [["net:[1], netmeter's own", true]]],
])('%s', (_, of, bypasses) => {
  expect(childNamespaces([of], KNOWN).map(({ what, leadsOut }) => [what, leadsOut])).toEqual(bypasses);
});

test('in host isolation the scope is netmeter’s own, and no bypass', () => {
  expect(childNamespaces([resident('net:[1]')], { scope: 'net:[1]', own: 'net:[1]' })).toEqual([]);
});
