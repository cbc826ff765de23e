import { expect, test } from 'vitest';
import {
  type RemoteEntry,
  RemoteListing,
  type UncountedRemotes,
} from '../../../src/isolation/remotes/remote-listing.js';

/** What nft 1.0.6 printed, shortened. */
const LISTING = `table inet netmeter_7 { # progname nft
	flags owner
	set nm_tcp_in4_client {
		typeof ip saddr . tcp sport . @th,96,8
		size 262144
		flags dynamic,timeout
		elements = { 203.0.113.2 . 7000 . 0x80 counter packets 12 bytes 5015624 timeout 365d expires 364d23h59m59s992ms,
			     203.0.113.2 . 7000 . 0xa0 counter packets 1 bytes 60 timeout 365d expires 364d23h58m58s }
	}

	set nm_tcpfirst_out6_server {
		typeof ip6 daddr . tcp sport
		flags dynamic,timeout
		elements = { fd77:1::2 . 8080 counter packets 3 bytes 240 timeout 365d expires 364d23h59m58s500ms }
	}

	set nm_udp_out4_client {
		typeof ip daddr . udp dport
		flags dynamic,timeout
	}

	set nm_other_out4 {
		typeof ip daddr . meta l4proto
		flags dynamic,timeout
		elements = { 203.0.113.9 . icmp counter packets 2 bytes 168 timeout 365d expires 364d23h59m59s }
	}

	set another {
		type ipv4_addr
		elements = { 203.0.113.9 counter packets 2 bytes 168 timeout 365d expires 364d }
	}

	chain nm_nat {
		type nat hook postrouting priority srcnat; policy accept;
		counter packets 9 bytes 9
	}

	chain nm_in4 {
		tcp flags & (syn | ack) == syn | ack add @nm_tcpfirst_in4_client { ip saddr . tcp sport timeout 365d counter }
		counter packets 5 bytes 400
	}
}`;

function read(text: string) {
  const entries: RemoteEntry[] = [];
  const rest: UncountedRemotes[] = [];
  const listing = new RemoteListing(
    (entry) => entries.push(entry),
    (uncounted) => rest.push(uncounted),
  );
  for (const line of text.split('\n')) listing.line(line);
  return { entries, rest };
}

test('reads every element of ours, with its place told by its set', () => {
  const { entries, rest } = read(LISTING);
  const tcp = {
    what: 'all',
    family: 'ipv4',
    way: 'in',
    role: 'client',
    protocol: 'tcp',
    address: '203.0.113.2',
    port: 7000,
  };
  expect(entries).toEqual([
    { ...tcp, headerLength: 32, agoMs: 8, packets: 12, bytes: 5_015_624 },
    { ...tcp, headerLength: 40, agoMs: 62_000, packets: 1, bytes: 60 },
    {
      what: 'first',
      family: 'ipv6',
      way: 'out',
      role: 'server',
      protocol: 'tcp',
      address: 'fd77:1::2',
      port: 8080,
      headerLength: null,
      agoMs: 1500,
      packets: 3,
      bytes: 240,
    },
    {
      what: 'all',
      family: 'ipv4',
      way: 'out',
      role: null,
      protocol: 'icmp',
      address: '203.0.113.9',
      port: null,
      headerLength: null,
      agoMs: 1000,
      packets: 2,
      bytes: 168,
    },
  ]);
  expect(rest).toEqual([{ family: 'ipv4', way: 'in', packets: 5, bytes: 400 }]);
});
