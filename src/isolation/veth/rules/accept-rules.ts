import { accept, count } from '../../../linux/netlink/netfilter/actions.js';
import type { ChainName, Command } from '../../../linux/netlink/netfilter/command.js';
import { devicePrefix, iifname, oifname } from '../../../linux/netlink/netfilter/field.js';
import { is } from '../../../linux/netlink/netfilter/matches.js';
import type { Nftables } from '../../../linux/netlink/netfilter/nftables.js';
import { ruleOf } from '../../../linux/netlink/netfilter/rule.js';
import { commentOf } from '../../../linux/netlink/netfilter/typeof-note.js';

/** By which our rules in chains of others are known. */
const commentFor = (link: string) => `netmeter ${link}`;

/** What lets the packets of a run's links pass a chain, before all else. @param link of the first, with whose name the others begin */
export const acceptRules = (chain: ChainName, link: string): Command[] =>
  [oifname, iifname].map((side) => ({
    ...chain,
    kind: 'insert rule',
    steps: ruleOf(is(side, devicePrefix(link)), count, accept),
    comment: commentFor(link),
  }));

/** Takes them out again. @throws {LinuxError} ENOENT where the chain has gone */
export function withdrawRules(nftables: Nftables, chain: ChainName, link: string): void {
  const ours = nftables.rules(chain, chain.chain).filter(({ userdata }) => commentOf(userdata) === commentFor(link));
  const commands = ours.flatMap(({ handle }): Command[] =>
    handle === undefined ? [] : [{ ...chain, kind: 'delete rule', handle }],
  );
  if (commands.length > 0) nftables.commit(commands);
}
