import { NetmeterError } from '../../../errors.js';
import { isErrno, LinuxError } from '../../../linux/linux-error.js';
import type { Command, TableName } from '../../../linux/netlink/netfilter/command.js';
import { Nftables, NftablesError } from '../../../linux/netlink/netfilter/nftables.js';
import { OwnTable } from '../../../linux/netlink/netfilter/own-table.js';
import { TableCommands } from '../../../linux/netlink/netfilter/table-commands.js';
import type { Warning } from '../../../measurement/measurement.js';
import type { PublishedPort } from '../../ports/ports.js';
import type { WireReading } from '../../scope.js';
import type { Links } from '../links/make-links.js';
import { hostLocalLink } from '../links/subnet.js';
import { astrayWarnings } from './astray.js';
import { lastHopRules } from './last-hop-rules.js';
import { leavingRules, readLeaving } from './leaving-rules.js';
import { localLinkRules } from './local-link-rules.js';
import { natRules, tableName } from './nat-rules.js';
import { ownSourceRules } from './own-source-rules.js';

/**
 * A run's own table of nftables, which nobody else can change. It outlives a netmeter and a guardian that are both killed: what
 * the command's sockets still say then is translated as before, and the devices that forward for its sake forward for it alone.
 */
export class NatTable implements Disposable {
  readonly nftables = Nftables.open();
  readonly #published: readonly PublishedPort[];
  #table: OwnTable | undefined;

  constructor(published: readonly PublishedPort[]) {
    this.#published = published;
  }

  /** Connections from outside are let in. */
  get hasServer(): boolean {
    return this.#published.length > 0;
  }

  get name(): TableName {
    return this.#made.name;
  }

  /**
   * Adds the table in one transaction; the interfaces that it names need not exist yet.
   * @param switchedOn devices that forward only because netmeter switched it on
   * @param persists somebody would take it away who comes after a netmeter and a guardian that were both killed
   * @returns false when another run has the number
   * @throws {NetmeterError} SETUP_FAILED
   */
  add(links: Links, switchedOn: readonly string[], persists: boolean): boolean {
    try {
      this.#add(links, switchedOn, persists);
      return true;
    } catch (error) {
      if (isTaken(error)) return false;
      throw noTranslation(error);
    }
  }

  #add(links: Links, switchedOn: readonly string[], persists: boolean): void {
    const name = tableName(links);
    const { device } = hostLocalLink(links.plans).host;
    const nat = [
      ...natRules(links, switchedOn, this.#published),
      ...lastHopRules(name, links.plans),
      ...leavingRules(name, links.plans),
      ...ownSourceRules(name, links.plans),
    ];
    const kept = (canReject: boolean) => [...nat, ...localLinkRules(new TableCommands(name), device, canReject)];
    this.#table =
      this.#create(name, kept(true), persists) ?? OwnTable.create(this.nftables, name, kept(false), { persists });
  }

  /** @returns undefined where the kernel lacks a part for the commands */
  #create(name: TableName, commands: readonly Command[], persists: boolean): OwnTable | undefined {
    try {
      return OwnTable.create(this.nftables, name, commands, { persists });
    } catch (error) {
      if (isTaken(error) || !(error instanceof LinuxError)) throw error;
      return undefined;
    }
  }

  /**
   * What the reader must know of the link to this host; and that the table has gone, which before Linux 5.12 others can take
   * away, as a firewall that is loaded again does.
   */
  warnings(): Warning[] {
    try {
      return this.#table ? astrayWarnings(this.nftables, this.#table.name) : [];
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return [LOST];
      if (error instanceof LinuxError) return [];
      throw error;
    }
  }

  /** What of the command's packets has ended, or began, at the table; nothing where that is gone, of which there is a warning. */
  behind(): WireReading {
    try {
      return this.#table ? readLeaving(this.nftables, this.#table.name) : {};
    } catch (error) {
      if (error instanceof LinuxError) return {};
      throw error;
    }
  }

  /** Carries out all of the commands or none. @throws {NftablesError} */
  commit(commands: readonly Command[]): void {
    this.#made.commit(commands);
  }

  /** Takes the table away, which is no longer needed. @throws {NftablesError} */
  remove(): void {
    this.#table?.remove();
    this.#table = undefined;
  }

  [Symbol.dispose](): void {
    this.#table?.[Symbol.dispose]();
    this.nftables[Symbol.dispose]();
  }

  get #made(): OwnTable {
    if (!this.#table) throw new NetmeterError('SETUP_FAILED', 'the address translation is not there yet');
    return this.#table;
  }
}

const LOST: Warning = {
  code: 'TRANSLATION_LOST',
  message:
    'the address translation was taken away during the run, as by nft flush ruleset: from then on the command reached nothing outside, and its packets may have left with addresses of its namespace',
};

/** Somebody else's table has the name. */
const isTaken = (error: unknown) =>
  error instanceof NftablesError && error.command?.kind === 'add table' && isErrno(error, 'EPERM', 'EEXIST');

function noTranslation(error: unknown): unknown {
  if (!(error instanceof LinuxError)) return error;
  const missing = isErrno(error, 'ENOENT', 'EOPNOTSUPP') ? { cure: CURE } : {};
  return new NetmeterError('SETUP_FAILED', `the address translation could not be added: ${error.message}`, {
    cause: error,
    ...missing,
  });
}

const CURE =
  'The kernel needs nf_tables with nat, masq and fib (CONFIG_NF_TABLES_INET, CONFIG_NFT_NAT, CONFIG_NFT_MASQ, CONFIG_NFT_FIB_INET).';
