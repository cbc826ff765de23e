import { isErrno } from '../../linux/linux-error.js';
import type { TableName } from '../../linux/netlink/netfilter/command.js';
import { Nftables } from '../../linux/netlink/netfilter/nftables.js';
import { TableCommands } from '../../linux/netlink/netfilter/table-commands.js';
import { withdrawRules } from './accept-rules.js';
import type { ChainName } from './forward-chains.js';

/** What of a run is in the host's nftables and would stay there when netmeter is killed. */
export type LeftRules = {
  /** The first of the run's links. */
  readonly link: string;
  /** Chains of others with accept rules for it. */
  readonly chains: readonly ChainName[];
  /** Tables of its own that do not go with their owner. */
  readonly tables: readonly TableName[];
};

/** Takes them away; what has gone already is none of its business. @returns what could not be given back, and why */
export function giveBack({ link, chains, tables }: LeftRules): string[] {
  using nftables = Nftables.open();
  const works = [
    ...chains.map((chain) => () => withdrawRules(nftables, chain, link)),
    ...tables.map((table) => () => nftables.commit([new TableCommands(table).delete()])),
  ];
  return works.flatMap((work) => {
    try {
      work();
      return [];
    } catch (error) {
      return isErrno(error, 'ENOENT') ? [] : [String(error)];
    }
  });
}
