import { expect, test } from 'vitest';
import { nestedRemotes } from '../../../src/attribution/remotes/nested-remotes.js';
import type { SocketCounts } from '../../../src/attribution/remotes/socket-counts.js';
import type { MeteredRemote } from '../../../src/observe/meter/remotes/remote-layout.js';

const remote = (address: string, octets: number) =>
  ({
    class: 'inner',
    family: address.includes(':') ? 'ipv6' : 'ipv4',
    address,
    in: { octets: 0 },
    out: { octets },
  }) as unknown as MeteredRemote;

const look = (remotes: readonly MeteredRemote[], wire: { ipv4: number; ipv6: number }, own = 0) =>
  nestedRemotes(
    { remotes, inside: ['10.99.0.1'] } as unknown as SocketCounts,
    [
      { families: ['ipv4'], wireOctets: { in: 0, out: wire.ipv4 } },
      { families: ['ipv6'], wireOctets: { in: 0, out: wire.ipv6 } },
    ] as unknown as Parameters<typeof nestedRemotes>[1],
    (family, way) => (family === 'ipv4' && way === 'out' ? own : 0),
  );

test('what the wire carried beyond the first namespace’s own is theirs', () => {
  const far = remote('192.0.2.9', 400);
  expect(look([far, remote('10.99.0.1', 90)], { ipv4: 500, ipv6: 0 }, 100)).toEqual({ remotes: [far], isWhole: true });
  expect(look([far], { ipv4: 501, ipv6: 0 }, 100)).toEqual({ remotes: [far], isWhole: false });
  expect(look([far], { ipv4: 499, ipv6: 0 }, 100)).toEqual({ remotes: [], isWhole: false });
});

test.each(['ff02::16', 'FF02::2', '224.0.0.22', '255.255.255.255', 'fe80::1', 'febf::2', '::', '0.0.0.0'])(
  'what is sent to %s has not left',
  (address) => {
    const far = remote('192.0.2.9', 400);
    expect(look([far, remote(address, 76)], { ipv4: 400, ipv6: 0 })).toEqual({ remotes: [far], isWhole: true });
  },
);

test.each(['fec0::1', '2001:db8::1', '::2', '223.255.255.255', '169.254.169.254'])(
  'what is sent to %s may have',
  (address) => {
    expect(look([remote(address, 76)], { ipv4: 0, ipv6: 0 })).toEqual({ remotes: [], isWhole: false });
  },
);
