import { expect, test } from 'vitest';
import { remoteEntry } from '../../../src/isolation/remotes/read-remotes.js';
import { ELEMENT_LIFE_MS, remoteSets } from '../../../src/isolation/remotes/remote-sets.js';
import { addressBytes } from '../../../src/linux/ip/ip-address.js';
import type { Element } from '../../../src/linux/netlink/netfilter/definitions.js';

const sets = (['4', '6'] as const).flatMap((family) => remoteSets(family, ['server', 'client']));
const setNamed = (name: string) => sets.find((set) => set.name === name) ?? expect.fail(`no set ${name}`);

const element = (address: string, rest: number[], packets: bigint, bytes: bigint, agoMs: number): Element => ({
  key: Buffer.concat([addressBytes(address), Buffer.from(rest)]),
  expression: { kind: 'counter', packets, bytes },
  expiration: BigInt(ELEMENT_LIFE_MS - agoMs),
});

const PORT_7000 = [0x1b, 0x58, 0, 0];
const counted = { family: 'ipv4', way: 'in', role: 'client', address: '203.0.113.2', port: 7000, headerLength: null };

test.each([
  [
    'nm_tcp_in4_client',
    element('203.0.113.2', [...PORT_7000, 0x80, 0, 0, 0], 12n, 5_015_624n, 8),
    { ...counted, what: 'all', protocol: 'tcp', headerLength: 32, agoMs: 8, packets: 12, bytes: 5_015_624 },
  ],
  [
    'nm_udp_in4_client',
    element('203.0.113.2', PORT_7000, 1n, 60n, 62_000),
    { ...counted, what: 'all', protocol: 'udp', agoMs: 62_000, packets: 1, bytes: 60 },
  ],
  [
    'nm_tcpfirst_out6_server',
    element('fd77:1::2', [0x1f, 0x90, 0, 0], 3n, 240n, 1500),
    {
      ...{
        what: 'first',
        family: 'ipv6',
        way: 'out',
        role: 'server',
        protocol: 'tcp',
        address: 'fd77:1::2',
        port: 8080,
      },
      ...{ headerLength: null, agoMs: 1500, packets: 3, bytes: 240 },
    },
  ],
  [
    'nm_other_out4',
    element('203.0.113.9', [1, 0, 0, 0], 2n, 168n, 1000),
    {
      ...{ what: 'all', family: 'ipv4', way: 'out', role: null, protocol: 'icmp', address: '203.0.113.9', port: null },
      ...{ headerLength: null, agoMs: 1000, packets: 2, bytes: 168 },
    },
  ],
])('%s: the set says the place, the key who it was', (name, found, entry) => {
  expect(remoteEntry(setNamed(name), found)).toEqual(entry);
});
