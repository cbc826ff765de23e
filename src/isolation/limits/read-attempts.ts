import { addressText } from '../../linux/ip/ip-address.js';
import { LinuxError } from '../../linux/linux-error.js';
import type { TableName } from '../../linux/netlink/netfilter/command.js';
import type { Element } from '../../linux/netlink/netfilter/definitions.js';
import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import type { Attempt } from '../../measurement/isolation.js';
import { protocolName } from '../machine/protocol-name.js';

/**
 * What was refused, the most frequent first, from sets of address, protocol and port whose elements count.
 * @returns null where it cannot be listed: the table is gone
 */
export function readAttempts(nftables: Nftables, table: TableName, sets: readonly string[]): Attempt[] | null {
  try {
    const attempts = sets.flatMap((set) => nftables.elements(table, set).flatMap(attemptOf));
    return attempts.sort((a, b) => b.packets - a.packets);
  } catch (error) {
    if (error instanceof LinuxError) return null;
    throw error;
  }
}

/** The key ends with a protocol and a port, each in four bytes. */
const TAIL = 8;

export function attemptOf({ key, expression }: Element): Attempt[] {
  if (!key || key.length <= TAIL) return [];
  const at = key.length - TAIL;
  return [
    {
      address: addressText(key.subarray(0, at)),
      protocol: protocolName(key.readUInt8(at)),
      port: key.readUInt16BE(at + 4),
      packets: expression?.kind === 'counter' ? Number(expression.packets ?? 0n) : 0,
    },
  ];
}
