import { addressBytes } from '../../../linux/ip/ip-address.js';
import type { Command, TableName } from '../../../linux/netlink/netfilter/command.js';
import type { Expression } from '../../../linux/netlink/netfilter/expression.js';
import { ip, ip6 } from '../../../linux/netlink/netfilter/field.js';
import { is } from '../../../linux/netlink/netfilter/matches.js';
import type { Statement } from '../../../linux/netlink/netfilter/statement.js';
import { TableCommands } from '../../../linux/netlink/netfilter/table-commands.js';
import { isIpv6 } from '../../machine/is-ipv6.js';
import { type LinkPlan, leadingOut } from '../links/subnet.js';

const CHAIN = 'nm_last_hop';
/** Behind what gives a reply its destination back (NF_IP_PRI_NAT_DST, -100), before it is routed. */
const PRIORITY = -90;

/**
 * What may just reach this machine may reach the command: a packet on its last hop gets the one that the link takes. Metadata
 * services of clouds answer so (IMDSv2 of EC2: a hop limit of 1).
 */
export function lastHopRules(table: TableName, plans: readonly LinkPlan[]): Command[] {
  const commands = new TableCommands(table);
  const addresses = leadingOut(plans).flatMap(({ inner }) => inner.addresses);
  return [
    commands.chain(CHAIN, { type: 'filter', hook: 'prerouting', priority: PRIORITY }),
    ...addresses.map((address) =>
      isIpv6(address)
        ? commands.rule(CHAIN, is(ip6.daddr, addressBytes(address)), oneHopMore(HOP_LIMIT))
        : commands.rule(CHAIN, is(ip.daddr, addressBytes(address)), oneHopMore(TIME_TO_LIVE)),
    ),
  ];
}

const REGISTER = 1;
const network = { base: 'network', from: REGISTER } as const;

/** Where it is in a header, and how a 2 gets there. */
type Hops = { readonly offset: number; readonly write: readonly Expression[] };

/** With the protocol beside it, as IPv4's checksum is one of 16 bits: nft_payload_set_eval(), net/netfilter/nft_payload.c. */
const TIME_TO_LIVE: Hops = {
  offset: 8,
  write: [
    { kind: 'payload', to: REGISTER, base: 'network', offset: 8, length: 2 },
    {
      kind: 'bitwise',
      from: REGISTER,
      to: REGISTER,
      length: 2,
      mask: Buffer.of(0, 0xff),
      xor: Buffer.of(2, 0),
    },
    { kind: 'payload', ...network, offset: 8, length: 2, checksumType: 1, checksumOffset: 10 },
  ],
};

const HOP_LIMIT: Hops = {
  offset: 7,
  write: [
    { kind: 'immediate', to: REGISTER, data: { value: Buffer.of(2) } },
    { kind: 'payload', ...network, offset: 7, length: 1 },
  ],
};

const oneHopMore = ({ offset, write }: Hops): Statement => ({
  needs: [],
  steps: [
    { kind: 'payload', to: REGISTER, base: 'network', offset, length: 1 },
    { kind: 'cmp', from: REGISTER, op: '==', data: Buffer.of(1) },
    ...write,
  ],
});
