import type { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import { OwnTable } from '../../linux/netlink/netfilter/own-table.js';
import { TableCommands } from '../../linux/netlink/netfilter/table-commands.js';
import { LIMITS_INSIDE, limitRules, refusal } from '../limits/limit-rules.js';

const TABLE = { family: 'inet', table: 'netmeter_refusal' } as const;

/** Refuses the command whatever leads out by a device, from now on, as long as the table lives. @throws {NftablesError} */
export const refuseAll = (nftables: Nftables, device: string): OwnTable =>
  OwnTable.create(nftables, TABLE, [
    ...limitRules(TABLE, [device], LIMITS_INSIDE, {}),
    refusal(new TableCommands(TABLE)),
  ]);
