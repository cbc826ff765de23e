import { NetmeterError } from '../../../errors.js';
import { isErrno, LinuxError } from '../../../linux/linux-error.js';
import type { ChainName } from '../../../linux/netlink/netfilter/command.js';
import type { ListedChain, Nftables } from '../../../linux/netlink/netfilter/nftables.js';
import { asSentence } from '../../as-sentence.js';
import { blocksForwarding, LEGACY_CURE, legacyTables } from '../../tools/firewall/legacy-firewall.js';
import { acceptRules } from './accept-rules.js';
import { chainsToOpen, type Hook } from './forward-chains.js';
import { explainOwner } from './table-owner.js';

type Opening = {
  readonly nftables: Nftables;
  /** All chains of this machine, which are listed once for a run. */
  readonly chains: () => readonly ListedChain[];
  /** The first of the run's links. */
  readonly link: string;
  /** Hears of each chain before it is opened. */
  readonly note: (chain: ChainName) => void;
};

/**
 * Sees to it that forward chains of other tables (Docker, ufw, firewalld) let a run's links pass. An accept in our own table
 * would not do: a packet must be accepted by every chain at the hook.
 * @throws {NetmeterError} FORWARDING_BLOCKED, with what would help
 */
export function openFirewall(opening: Opening): void {
  refuseLegacyTables();
  openChains(opening, 'forward');
}

/** The same for what this machine itself answers the command: names. Without it a question would go unanswered. */
export const openInput = (opening: Opening): void => openChains(opening, 'input');

function openChains(opening: Opening, hook: Hook): void {
  const { nftables, link, note } = opening;
  for (const chain of closedChains(opening, hook)) {
    // Written down before it is done: it will be taken back whatever happens in between.
    note(chain);
    try {
      nftables.commit(acceptRules(chain, link));
    } catch (error) {
      throw error instanceof LinuxError ? blocked(nftables, chain, error) : error;
    }
  }
}

const closedChains = ({ nftables, chains }: Opening, hook: Hook): ChainName[] =>
  chainsToOpen(
    {
      chains: chains(),
      rules: (table) => nftables.rules(table),
      elements: (table, set) => nftables.elements(table, set),
    },
    hook,
  );

function blocked(nftables: Nftables, { family, table, chain }: ChainName, cause: LinuxError): NetmeterError {
  const what = `chain ${chain} of table ${family} ${table} may drop the command's packets`;
  const owned = isErrno(cause, 'EPERM') ? explainOwner(nftables, { family, table }) : undefined;
  if (owned)
    return new NetmeterError('FORWARDING_BLOCKED', `${what}, and ${owned.reason}`, { cure: owned.cure, cause });
  return new NetmeterError('FORWARDING_BLOCKED', `${what}, and it could not be opened: ${cause.message}`, {
    cure: `Let netmeter's interfaces pass: nft insert rule ${family} ${table} ${chain} iifname "nm*" accept; nft insert rule ${family} ${table} ${chain} oifname "nm*" accept`,
    cause,
  });
}

/** Rules of the iptables before nftables are invisible to these; a DROP policy there would leave the command without network. */
function refuseLegacyTables(): void {
  if (!blocksForwarding(legacyTables())) return;
  throw new NetmeterError('FORWARDING_BLOCKED', LEGACY_CURE.reason, { cure: asSentence(LEGACY_CURE.cure) });
}
