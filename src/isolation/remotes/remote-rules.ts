import { IPPROTO } from '../../linux/ip/ip-protocols.js';
import { count, goTo, leave, remember } from '../../linux/netlink/netfilter/actions.js';
import type { Command, TableName } from '../../linux/netlink/netfilter/command.js';
import {
  CT_STATE,
  ctDirection,
  ctState,
  deviceName,
  type Field,
  iifname,
  l4proto,
  nfproto,
  oifname,
  TCP_FLAGS,
  tcpFlags,
} from '../../linux/netlink/netfilter/field.js';
import { bitsAre, hasAnyOf, is } from '../../linux/netlink/netfilter/matches.js';
import { ADDRESS_FAMILIES, type HookName } from '../../linux/netlink/netfilter/numbers.js';
import type { Statement } from '../../linux/netlink/netfilter/statement.js';
import { TableCommands } from '../../linux/netlink/netfilter/table-commands.js';
import { u32 } from '../../linux/netlink/values.js';
import {
  type CountedFamily,
  ELEMENT_LIFE_MS,
  isOpener,
  otherSet,
  type Place,
  type RemoteSet,
  type Role,
  remoteSets,
  restChain,
  rolesOf,
  setsAt,
} from './remote-sets.js';

/** Elements of a set; more remotes than this are counted together. */
const MOST = 262_144;

/** Where the packets of a family pass that are to be counted. */
export type CountedLink = { readonly family: CountedFamily; readonly device: string };

/** A hook of the kernel's (nft(8), ADDRESS FAMILIES), and which side of it the device is on. */
type Hook = { readonly hook: HookName; readonly priority: number; readonly device: Field };

export type RemoteRules = {
  readonly table: TableName;
  readonly links: readonly CountedLink[];
  /** Connections from outside are let in. */
  readonly hasServer: boolean;
  /** Where what the command sends, and what it gets, passes. */
  readonly sent: Hook;
  readonly received: Hook;
};

export type CountedPlace = Pick<RemoteRules, 'sent' | 'received'>;

/** At a link's inner end: what is refused inside has not been sent, and what the command's own namespaces send is. */
export const AT_INNER_ENDS: CountedPlace = {
  sent: { hook: 'postrouting', priority: 200, device: oifname },
  received: { hook: 'prerouting', priority: -150, device: iifname },
};

/** At a tap, where a look-up's destination is translated in between. */
export const AT_TAP: CountedPlace = {
  sent: { hook: 'output', priority: -150, device: oifname },
  received: { hook: 'input', priority: 200, device: iifname },
};

/**
 * What counts what each remote sent and received, in the kernel: by address, protocol and port, TCP by the length of its
 * header too, so that the payload is known although nftables count a GSO packet's header once. A set that is full ends its
 * rule, and the next one counts.
 */
export function remoteRules({ table: name, links, hasServer, sent, received }: RemoteRules): Command[] {
  const table = new TableCommands(name);
  const roles = rolesOf(hasServer);
  const base = (chain: string, { hook, priority }: Hook) => table.chain(chain, { type: 'filter', hook, priority });
  const lead = (chain: string, { device }: Hook, link: CountedLink, to: string) =>
    table.rule(chain, is(device, deviceName(link.device)), is(nfproto, NFPROTO[link.family]), goTo(to));
  return [
    ...links.flatMap(({ family }) => [
      ...remoteSets(family, roles).map((set) => table.set({ ...set, ...REMEMBERING })),
      ...chainOf(table, { family, way: 'out' }, roles),
      ...chainOf(table, { family, way: 'in' }, roles),
    ]),
    base('nm_received', received),
    base('nm_sent', sent),
    ...links.flatMap((link) => [
      lead('nm_received', received, link, `nm_in${link.family}`),
      lead('nm_sent', sent, link, `nm_out${link.family}`),
    ]),
  ];
}

const REMEMBERING = { flags: ['timeout', 'dynamic'], size: MOST, showsFields: true } as const;

const NFPROTO = { 4: Buffer.of(ADDRESS_FAMILIES.ip), 6: Buffer.of(ADDRESS_FAMILIES.ip6) } as const;

/** Milliseconds. */
const LIFE = BigInt(ELEMENT_LIFE_MS);

const keep = (op: 'add' | 'update', { name, key }: RemoteSet) =>
  remember({ op, set: name, key, timeout: LIFE, counts: true });

function chainOf(
  table: TableCommands,
  { family, way }: Pick<Place, 'family' | 'way'>,
  roles: readonly Role[],
): Command[] {
  const chain = restChain(way, family);
  return [
    table.chain(chain),
    ...roles.flatMap((role) => roleRules({ family, role, way }).map((rule) => table.rule(chain, ...rule))),
    // What a full set has broken off, or has no place in any.
    table.rule(chain, keep('update', otherSet(family, way)), leave),
    table.rule(chain, count),
  ];
}

function roleRules(place: Place): Statement[][] {
  const { role, way } = place;
  // The direction of the connection distinguishes the roles, where there are two.
  const when = role === 'server' ? [is(ctDirection, Buffer.of(way === 'out' ? REPLY : ORIGINAL))] : [];
  const flags = isOpener(place) ? TCP_FLAGS.syn : SYN_ACK;
  return setsAt(place)
    .sort((a, b) => Number(b.isFirst) - Number(a.isFirst))
    .map((set) => {
      if (set.what === 'tcp' && set.isFirst)
        return [...when, bitsAre(tcpFlags, Buffer.of(SYN_ACK), Buffer.of(flags)), keep('add', set)];
      const protocol = is(l4proto, Buffer.of(IPPROTO[set.what === 'tcp' ? 'tcp' : 'udp']));
      if (set.isFirst) return [...when, protocol, hasAnyOf(ctState, u32(CT_STATE.new)), keep('add', set)];
      return [...when, protocol, keep('update', set), leave];
    });
}

const SYN_ACK = TCP_FLAGS.syn | TCP_FLAGS.ack;

/** IP_CT_DIR_. */
const ORIGINAL = 0;
const REPLY = 1;
