import { addressText } from '../../../linux/ip/ip-address.js';
import type { TableName } from '../../../linux/netlink/netfilter/command.js';
import type { Element } from '../../../linux/netlink/netfilter/definitions.js';
import type { Nftables } from '../../../linux/netlink/netfilter/nftables.js';
import type { Warning } from '../../../measurement/measurement.js';
import { ASTRAY_SETS } from './local-link-rules.js';

/** More of them are only counted. */
const NAMED = 3;

/** What was sent to elsewhere over the link to this host. @throws {LinuxError} ENOENT where the table is gone */
export const astrayWarnings = (nftables: Nftables, table: TableName): Warning[] =>
  astrayWarning(ASTRAY_SETS.flatMap((set) => nftables.elements(table, set)));

/** @param elements of the sets of addresses, with the packets that each was sent */
export function astrayWarning(elements: readonly Element[]): Warning[] {
  if (elements.length === 0) return [];
  const addresses = elements.flatMap(({ key }) => (key ? [addressText(key)] : []));
  const packets = elements.reduce((sum, { expression }) => sum + packetsOf(expression), 0n);
  const others = addresses.length - NAMED;
  const to = [...addresses.slice(0, NAMED), ...(others > 0 ? [`${others} others`] : [])].join(', ');
  const were = packets === 1n ? '1 packet to elsewhere was' : `${packets} packets to elsewhere were`;
  return [
    {
      code: 'HOST_LINK_ASTRAY',
      message: `${were} refused on the link to this host, which leads to its own addresses alone: ${to}`,
    },
  ];
}

const packetsOf = (expression: Element['expression']) =>
  expression?.kind === 'counter' ? (expression.packets ?? 0n) : 0n;
