import { existsSync } from 'node:fs';
import { NetworkNamespace } from '../linux/namespace.js';
import { masquerade } from '../linux/netlink/netfilter/actions.js';
import { Nftables } from '../linux/netlink/netfilter/nftables.js';
import type { AddressFamily } from '../linux/netlink/netfilter/numbers.js';
import { TableCommands } from '../linux/netlink/netfilter/table-commands.js';
import { listPolicyRules } from '../linux/netlink/route/policy-rules.js';
import { newVeth } from '../linux/netlink/route/veth.js';
import { NETLINK_ROUTE, NETLINK_SOCK_DIAG, NetlinkSocket } from '../linux/netlink/socket.js';
import { type Facility, tried } from './facility.js';

const KERNEL = 'use a kernel that has it';

/** What links, addresses, routes and firewalls are made and asked with. Each is tried in a namespace of its own. */
export const networkFacilities = (): Facility[] => [
  tried({
    name: 'rtnetlink',
    serves: 'links, addresses, routes',
    use: () => withSocket(NETLINK_ROUTE, listPolicyRules),
    cure: KERNEL,
  }),
  tried({
    name: 'sock_diag',
    serves: 'connections and how they fared',
    use: () => withSocket(NETLINK_SOCK_DIAG, () => {}),
    cure: 'load it: modprobe inet_diag tcp_diag udp_diag',
  }),
  tried({
    name: 'network namespaces',
    serves: 'veth; offline as root',
    use: () => NetworkNamespace.create()[Symbol.dispose](),
    cure: 'allow them: sysctl -w user.max_net_namespaces=1000',
  }),
  tried({ name: 'veth pairs', serves: 'veth', use: makeVeth, cure: 'load it: modprobe veth' }),
  ...(['inet', 'ip', 'ip6'] as const).map((family) =>
    tried({
      name: `nftables: ${family}`,
      serves: family === 'inet' ? 'veth, remotes, --allow' : 'opening a firewall of others',
      use: () => withTable(family, false),
      cure: 'load it: modprobe nf_tables nf_tables_inet',
    }),
  ),
  tried({
    name: 'nftables: flags owner',
    serves: 'tables that go with netmeter, however it ends',
    use: () => withTable('inet', true),
    cure: 'Linux 5.12 or later; without it the guardian deletes them',
  }),
  tried({
    name: 'nftables: masquerade',
    serves: 'veth',
    use: () => withTable('inet', false, true),
    cure: 'load it: modprobe nft_masq nft_chain_nat',
  }),
  tried({
    name: 'IPv6 forwarding by device',
    serves: 'IPv6 in veth where this machine forwards none',
    use: forwardsByDevice,
    cure: 'Linux 6.17 or later, or sysctl -w net.ipv6.conf.all.forwarding=1',
  }),
];

function withSocket(protocol: number, use: (socket: NetlinkSocket) => unknown): void {
  using socket = NetlinkSocket.open(protocol);
  use(socket);
}

function makeVeth(): void {
  using namespace = NetworkNamespace.create();
  using socket = namespace.inside(() => NetlinkSocket.open(NETLINK_ROUTE));
  const end = (name: string, last: number) => ({ name, mac: Buffer.of(2, 0x6e, 0x6d, 0, 0, last) });
  const peer = { ...end('nm1', 2), namespaceFd: namespace.fd };
  socket.exchange([newVeth({ mtu: 1500, end: end('nm0', 1), peer })]);
}

function withTable(family: AddressFamily, isOwned: boolean, translates = false): void {
  using namespace = NetworkNamespace.create();
  using nftables = namespace.inside(() => Nftables.open());
  const table = new TableCommands({ family, table: 'netmeter_doctor' });
  const chain = table.chain('nat', { type: 'nat', hook: 'postrouting', priority: 100 });
  nftables.commit([table.add({ isOwned }), ...(translates ? [chain, table.rule('nat', masquerade)] : [])]);
}

function forwardsByDevice(): void {
  if (existsSync('/proc/sys/net/ipv6/conf/all/force_forwarding')) return;
  throw new Error('there is no net.ipv6.conf.all.force_forwarding');
}
