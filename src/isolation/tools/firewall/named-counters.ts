import type { TableName } from '../../../linux/netlink/netfilter/command.js';
import type { Nftables } from '../../../linux/netlink/netfilter/nftables.js';
import { counter } from '../../../linux/netlink/netfilter/simple-expressions.js';
import type { QueueReading } from '../../scope.js';

/**
 * IP octets and packets that the counters of a table have seen so far, by their names.
 * @throws {LinuxError} the table is gone
 */
export const namedCounters = (nftables: Nftables, table: TableName): ReadonlyMap<string, QueueReading> =>
  new Map(
    nftables.objects(table).flatMap(({ name, type, data }) => {
      if (name === undefined || type !== 'counter') return [];
      const { packets = 0n, bytes = 0n } = counter.decode(data ?? Buffer.alloc(0));
      return [[name, { bytes, packets }] as const];
    }),
  );
