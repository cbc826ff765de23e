import { addressBytes } from '../../linux/ip/ip-address.js';
import { DNS_PORT } from '../../linux/ip/service-ports.js';
import { goTo, leave, rejectWith, remember, reset } from '../../linux/netlink/netfilter/actions.js';
import type { Command, TableName } from '../../linux/netlink/netfilter/command.js';
import {
  ctDirection,
  deviceName,
  type Field,
  iifname,
  ip,
  ip6,
  l4proto,
  nfproto,
  oifname,
  thDport,
} from '../../linux/netlink/netfilter/field.js';
import { is, isAmong, isIn, isInNetwork } from '../../linux/netlink/netfilter/matches.js';
import { ADDRESS_FAMILIES, type HookName } from '../../linux/netlink/netfilter/numbers.js';
import { hasPorts, isReset, isTcp } from '../../linux/netlink/netfilter/packets.js';
import type { Statement } from '../../linux/netlink/netfilter/statement.js';
import { TableCommands } from '../../linux/netlink/netfilter/table-commands.js';
import { be16 } from '../../linux/netlink/values.js';
import { canonicalAddress } from '../machine/canonical-address.js';
import { isIpv6 } from '../machine/is-ipv6.js';
import { BlockedCounters } from './blocked-counters.js';
import type { Destination, Egress } from './destinations.js';

/** Sets of addresses that names resolved to, by what becomes of them. */
export const addressSet = (verdict: 'allowed' | 'denied', address: string) => `nm_${verdict}${isIpv6(address) ? 6 : 4}`;

/** The sets that remember what was refused. */
export const ATTEMPT_SETS = ['nm_tried4', 'nm_tried6'] as const;

/** What was refused, resets left out. */
export const FORBIDDEN = new BlockedCounters('nm_forbidden');

/** As many different destinations are remembered of each family. */
const MOST_ATTEMPTS = 65_535;

const FAMILIES = [
  { family: '4', is: is(nfproto, Buffer.of(ADDRESS_FAMILIES.ip)), daddr: ip.daddr },
  { family: '6', is: is(nfproto, Buffer.of(ADDRESS_FAMILIES.ip6)), daddr: ip6.daddr },
] as const;

/** Where the command's packets for the outside pass: chains at hooks, and which side of them the devices are on. */
export type EgressPlace = { readonly chains: Readonly<Record<string, HookName>>; readonly device: Field };

/** In the command's own namespace, before the queue that counts: what is refused there has not been sent. */
export const EGRESS_INSIDE: EgressPlace = {
  chains: { nm_egress: 'output', nm_egress_through: 'forward' },
  device: oifname,
};

/** At the host's ends, for what comes past the hooks inside (packet sockets). */
export const EGRESS_AT_HOST_ENDS: EgressPlace = { chains: { nm_egress: 'prerouting' }, device: iifname };

export type EgressRules = {
  readonly table: TableName;
  readonly place: EgressPlace;
  /** The ends, at the place, of the links that lead out. */
  readonly devices: readonly string[];
  /** Whether connections are let in, whose answers may go everywhere. */
  readonly hasServer: boolean;
  readonly egress: Egress;
  /** May always be asked for names. */
  readonly nameservers: readonly string[];
};

/**
 * What refuses what the command sends where it may not, at once, and remembers it. It stands before the count of remotes
 * (-135), and before the look-ups are sent to their relays (-101).
 */
export function egressRules(rules: EgressRules): Command[] {
  const { table: name, place, devices, hasServer, egress, nameservers } = rules;
  const table = new TableCommands(name);
  const rule = (...statements: Statement[]) => table.rule('nm_destination', ...statements);
  const goes = (list: readonly Destination[], verdict: 'allowed' | 'denied', then: Statement) => [
    ...list.flatMap((each) => (each.kind === 'network' ? [rule(isTo(each), then)] : [])),
    ...FAMILIES.map(({ family, daddr }) => rule(isIn(daddr, `nm_${verdict}${family}`), then)),
  ];
  return [
    ...FAMILIES.flatMap(({ family, daddr }) => [
      ...(['allowed', 'denied'] as const).map((verdict) => table.set({ name: `nm_${verdict}${family}`, key: [daddr] })),
      table.set({
        name: `nm_tried${family}`,
        key: [daddr, l4proto, thDport],
        flags: ['dynamic'],
        size: MOST_ATTEMPTS,
        counts: true,
      }),
    ]),
    ...FORBIDDEN.add(name),
    ...forbidChain(table, name),
    table.chain('nm_destination'),
    // Who came in by a published port is answered.
    ...(hasServer ? [rule(is(ctDirection, Buffer.of(REPLY)), leave)] : []),
    ...nameservers
      .map(canonicalAddress)
      .map((server) =>
        rule(is((isIpv6(server) ? ip6 : ip).daddr, addressBytes(server)), hasPorts, is(thDport, be16(DNS_PORT)), leave),
      ),
    ...goes(egress.deny, 'denied', goTo('nm_forbid')),
    ...(egress.allow.length > 0 ? [...goes(egress.allow, 'allowed', leave), rule(goTo('nm_forbid'))] : []),
    ...Object.entries(place.chains).flatMap(([chain, hook]) => [
      table.chain(chain, { type: 'filter', hook, priority: -145 }),
      table.rule(chain, isAmong(place.device, devices.map(deviceName)), goTo('nm_destination')),
    ]),
  ];
}

/** IP_CT_DIR_REPLY. */
const REPLY = 1;

function isTo({ family, network }: Extract<Destination, { kind: 'network' }>): Statement {
  const [address = '', length] = network.split('/');
  const bytes = addressBytes(address);
  return isInNetwork(
    (family === '4' ? ip : ip6).daddr,
    bytes,
    length === undefined ? bytes.length * 8 : Number(length),
  );
}

/** TCP is refused by a reset, because an ICMP error that meets a connect in the making would only be noted. */
const forbidChain = (table: TableCommands, name: TableName) => [
  table.chain('nm_forbid'),
  table.rule('nm_forbid', isReset, leave),
  ...FORBIDDEN.rules(name, 'nm_forbid'),
  ...FAMILIES.map(({ family, is: isFamily, daddr }) =>
    table.rule(
      'nm_forbid',
      hasPorts,
      isFamily,
      remember({ op: 'add', set: `nm_tried${family}`, key: [daddr, l4proto, thDport], counts: true }),
    ),
  ),
  table.rule('nm_forbid', isTcp, reset),
  table.rule('nm_forbid', rejectWith('admin-prohibited')),
];
