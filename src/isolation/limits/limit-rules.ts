import { IPPROTO } from '../../linux/ip/ip-protocols.js';
import { drop, goTo, leave, passTo, remember } from '../../linux/netlink/netfilter/actions.js';
import type { Command, TableName } from '../../linux/netlink/netfilter/command.js';
import type { NamedObject } from '../../linux/netlink/netfilter/definitions.js';
import { deviceName, iifname, iiftype, l4proto, oifname, oiftype } from '../../linux/netlink/netfilter/field.js';
import { isAmong, isIn, isNotAmong } from '../../linux/netlink/netfilter/matches.js';
import type { HookName } from '../../linux/netlink/netfilter/numbers.js';
import { toMany } from '../../linux/netlink/netfilter/packets.js';
import { quota as quotaOf } from '../../linux/netlink/netfilter/simple-expressions.js';
import { TableCommands } from '../../linux/netlink/netfilter/table-commands.js';
import { u16 } from '../../linux/netlink/values.js';
import { ANSWERED, answerRules, HUSHED, REFUSED, rejectChain } from './reject-rules.js';

/** What a quota can count. */
export type KeptKind = 'in' | 'out' | 'total';

/** Octets that the kernel itself lets pass; what is absent is not limited. */
export type KernelLimits = { readonly [kind in KeptKind]?: number };

/** A hook of the kernel's (nft(8), ADDRESS FAMILIES), and which side of it the device is on. */
type Hook = { readonly hook: HookName; readonly priority: number; readonly device: 'iif' | 'oif' };

/** Where one direction is counted, behind the queue that counts it exactly, and where the command is refused. */
export type LimitPlace = {
  /** What arrives at the devices is this direction of the command's. */
  readonly counts: 'in' | 'out';
  /** Where the command's own packets pass. */
  readonly sent: Hook;
  /** Where those for the command do. */
  readonly received: Hook;
};

/** The host's ends: what arrives was sent by the command. Refused before its remotes are counted. */
export const LIMITS_AT_HOST_ENDS: LimitPlace = {
  counts: 'out',
  sent: { hook: 'prerouting', priority: -140, device: 'iif' },
  received: { hook: 'postrouting', priority: 190, device: 'oif' },
};

/** In the command's own namespace. */
export const LIMITS_INSIDE: LimitPlace = {
  counts: 'in',
  sent: { hook: 'output', priority: -140, device: 'oif' },
  received: { hook: 'prerouting', priority: -440, device: 'iif' },
};

/** Before fragments are put together (NF_IP_PRI_CONNTRACK_DEFRAG, -400): each has crossed the wire with its own header. */
const BEFORE_DEFRAGMENTATION = -450;

/**
 * Holds one element, the same for every device and both directions, once a limit is exceeded: the type of a link is the
 * one key that incoming and outgoing packets share.
 */
const OVER = 'nm_over';

/** What counts what arrives at devices and, once it is more than a limit allows, refuses the command. */
export function limitRules(
  name: TableName,
  devices: readonly string[],
  place: LimitPlace,
  limits: KernelLimits,
): Command[] {
  const table = new TableCommands(name);
  const ours = devices.map(deviceName);
  const kinds = ([place.counts, 'total'] as const).filter((kind) => limits[kind] !== undefined);
  const over = ({ device }: Hook) => [isAmong(NAMES[device], ours), isIn(TYPES[device], OVER)];
  const { sent, received } = place;
  return [
    table.set({ name: OVER, key: [iiftype], flags: ['dynamic'], size: 2 }),
    ...kinds.map((kind) => quota(table, kind, limits[kind] ?? 0)),
    table.chain('nm_spend', { type: 'filter', hook: 'prerouting', priority: BEFORE_DEFRAGMENTATION }),
    ...(place.counts === 'in' ? loopedRules(table) : []),
    ...kinds.map((kind) =>
      table.rule(
        'nm_spend',
        isAmong(iifname, ours),
        passTo('quota', quotaName(kind)),
        remember({ op: 'add', set: OVER, key: [iiftype] }),
      ),
    ),
    // TCP goes on arriving: the command's answer to it is refused, which ends the connection; without one it would hang.
    ...[REFUSED, HUSHED, ANSWERED].flatMap((counters) => counters.add(name)),
    table.chain('nm_hush', { type: 'filter', hook: received.hook, priority: received.priority }),
    ...HUSHED.rules(name, 'nm_hush', ...over(received), isNotAmong(l4proto, HEARD)),
    table.rule('nm_hush', ...over(received), isNotAmong(l4proto, HEARD), drop),
    ...rejectChain(name),
    ...(place.counts === 'out' ? answerRules(name, over({ ...received, device: 'oif' })) : []),
    table.chain('nm_refuse', { type: 'filter', hook: sent.hook, priority: sent.priority }),
    table.rule('nm_refuse', ...over(sent), goTo('nm_reject')),
  ];
}

const NAMES = { iif: iifname, oif: oifname } as const;
const TYPES = { iif: iiftype, oif: oiftype } as const;

const HEARD = [IPPROTO.tcp, IPPROTO.icmp, IPPROTO.icmpv6].map((protocol) => Buffer.of(protocol));

/** The command's own multicast comes back to its members from the device by which it went, and has crossed nothing. */
const loopedRules = (table: TableCommands) => [
  table.rule('nm_spend', toMany.ipv4, leave),
  table.rule('nm_spend', toMany.ipv6, leave),
];

const KINDS = ['in', 'out', 'total'] as const satisfies readonly KeptKind[];
const quotaName = (kind: KeptKind) => `nm_max_${kind}`;

/** The limits that a place has seen passed, and refused what was beyond. */
export const passedLimits = (objects: readonly NamedObject[]): KeptKind[] =>
  KINDS.filter((kind) => objects.some(({ name, data }) => name === quotaName(kind) && data && isUsedUp(data)));

function isUsedUp(data: Buffer): boolean {
  const { bytes, consumed = 0n } = quotaOf.decode(data);
  return consumed >= bytes;
}

/**
 * Makes a quota, or gives the one that is there another limit. The packet with which more than `octets` have passed is
 * over: Linux took an exact hit for one too until 6.10 (nft_overquota(), net/netfilter/nft_quota.c), so there is one octet more.
 */
export const quota = (table: TableCommands, kind: KeptKind, octets: number): Command =>
  table.quota(quotaName(kind), BigInt(Math.max(0, Math.floor(octets)) + 1));

/** ARPHRD_ETHER, net/if_arp.h: what both ends of a veth pair are. */
const ETHER = 1;

/** Refuses the command from now on. */
export const refusal = (table: TableCommands): Command => table.elements(OVER, [u16(ETHER)]);
