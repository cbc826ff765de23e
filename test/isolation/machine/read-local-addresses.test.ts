import { expect, test } from 'vitest';
import { readLocalAddresses } from '../../../src/isolation/machine/read-local-addresses.js';

const TRIE = `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 127.0.0.0/8 2 0 2
        +-- 127.0.0.0/31 1 0 0
           |-- 127.0.0.0
              /8 host LOCAL
           |-- 127.0.0.1
              /32 host LOCAL
        |-- 127.255.255.255
           /32 link BROADCAST
     +-- 192.0.2.0/24 2 0 2
        +-- 192.0.2.0/30 2 0 2
           |-- 192.0.2.0
              /24 link UNICAST
           |-- 192.0.2.2
              /32 host LOCAL
     |-- 198.18.0.5
        /32 host LOCAL
Local:
     |-- 192.0.2.2
        /32 host LOCAL
     |-- 172.17.0.1
        /32 host LOCAL
`;

const INET6 = `fd000000000000000000000000000002 04 40 00 80     eth0
fe8000000000000000fc00fffe000001 04 40 20 80     eth0
fd6e65746d6500000000000000000001 09 70 00 82    nm7v6
00000000000000000000000000000001 01 80 10 80       lo
`;

const files: Readonly<Record<string, string>> = { '/proc/net/fib_trie': TRIE, '/proc/net/if_inet6': INET6 };

const listed = ['127.0.0.1', '192.0.2.2', '172.17.0.1', '198.18.0.5'];

test.each([
  ['by the kernel’s list', () => listed],
  ['from /proc, where the kernel cannot be asked', () => undefined],
])('addresses that another machine could reach this one by, each once: %s', (_, listIpv4) => {
  const read = (file: string) => files[file];
  expect(readLocalAddresses({ read, listIpv4 })).toEqual(['192.0.2.2', '172.17.0.1', 'fd00::2']);
});

test('without IPv6, and without addresses', () => {
  expect(readLocalAddresses({ read: () => undefined, listIpv4: () => listed })).toHaveLength(2);
  expect(readLocalAddresses({ read: () => undefined, listIpv4: () => undefined })).toEqual([]);
  expect(readLocalAddresses({ read: () => undefined, listIpv4: () => [] })).toEqual([]);
});
