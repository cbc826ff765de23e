import { readFileSync } from 'node:fs';
import { NetmeterError } from '../../errors.js';
import type { Tools } from '../tools/find-tools.js';
import { runTool } from '../tools/run-tool.js';
import { chainsToOpen, forwardChains, type Hook } from './forward-chains.js';
import type { ChainName, Guardian } from './guardian.js';

/**
 * Sees to it that forward chains of other tables (Docker, ufw, firewalld) let `link` pass. An accept in our own table
 * would not do: a packet must be accepted by every chain at the hook.
 * @param listing what `nft list chains` printed
 * @throws {NetmeterError} FORWARDING_BLOCKED, with the rule that would help
 */
export async function openFirewall(tools: Tools, guardian: Guardian, link: string, listing: string): Promise<void> {
  refuseLegacyTables();
  for (const chain of await closedChains(tools, listing, 'forward')) {
    await guardian.accept(link, chain).catch((error: unknown) => {
      throw blocked(chain, error);
    });
  }
}

/** The same for what this machine itself answers the command: names. Without it a question would go unanswered. */
export async function openInput(tools: Tools, guardian: Guardian, link: string, listing: string): Promise<void> {
  for (const chain of await closedChains(tools, listing, 'input')) await guardian.accept(link, chain);
}

async function closedChains(tools: Tools, listing: string, hook: Hook): Promise<ChainName[]> {
  const chains = forwardChains(listing, hook);
  if (chains.length === 0) return [];
  return chainsToOpen(chains, JSON.parse(await runTool(tools.nft, ['-j', 'list', 'ruleset'])));
}

function blocked({ family, table, chain }: ChainName, cause: unknown): NetmeterError {
  return new NetmeterError(
    'FORWARDING_BLOCKED',
    `chain ${chain} of table ${family} ${table} may drop the command's packets, and it could not be opened`,
    {
      cure: `Let netmeter's interfaces pass: nft insert rule ${family} ${table} ${chain} iifname "nm*" accept; nft insert rule ${family} ${table} ${chain} oifname "nm*" accept`,
      cause,
    },
  );
}

/** Rules of the iptables before nftables are invisible to nft; a DROP policy there would leave the command without network. */
function refuseLegacyTables(): void {
  let names = '';
  try {
    names = readFileSync('/proc/net/ip_tables_names', 'latin1');
  } catch {
    return;
  }
  if (!names.split('\n').includes('filter')) return;
  throw new NetmeterError(
    'FORWARDING_BLOCKED',
    'legacy iptables rules filter on this host, and nft can neither see nor open them',
    {
      cure: 'Move them to nftables (update-alternatives --set iptables /usr/sbin/iptables-nft), or unload them: iptables-legacy -F; modprobe -r iptable_filter',
    },
  );
}
