import { isErrno, LinuxError } from '../../linux-error.js';
import type { Command, TableName, TableOwnership } from './command.js';
import { type Nftables, NftablesError } from './nftables.js';
import { TableCommands } from './table-commands.js';

/**
 * A table of whoever holds the socket: nobody else can change it, and it goes with that socket, however that ends, unless it is
 * to persist. To delete it takes the kernel no time; to close a socket that still has one, tens of milliseconds.
 */
export class OwnTable implements Disposable {
  readonly nftables: Nftables;
  readonly name: TableName;
  /** False before Linux 5.12: others can change it, and it stays until it is deleted. */
  readonly isOwned: boolean;

  /**
   * Makes a table with all that `commands` add to it, or nothing.
   * @param persists it shall stay, and be nobody's, where its socket is closed before it was deleted; before Linux 6.9 it goes
   * @throws {NftablesError}
   */
  static create(
    nftables: Nftables,
    name: TableName,
    commands: readonly Command[],
    { persists = false }: { readonly persists?: boolean } = {},
  ): OwnTable {
    const [last, ...others] = [UNOWNED, OWNED, ...(persists ? [PERSISTENT] : [])];
    for (const ownership of others.reverse()) {
      try {
        return new OwnTable(nftables, name, commands, ownership);
      } catch (error) {
        if (!isFlagUnknown(error)) throw error;
      }
    }
    return new OwnTable(nftables, name, commands, last);
  }

  private constructor(nftables: Nftables, name: TableName, commands: readonly Command[], ownership: TableOwnership) {
    nftables.commit([new TableCommands(name).add(ownership), ...commands]);
    this.nftables = nftables;
    this.name = name;
    this.isOwned = ownership.isOwned;
  }

  /** Carries out all of the commands or none. @throws {NftablesError} */
  commit(commands: readonly Command[]): void {
    this.nftables.commit(commands);
  }

  /** Takes it away at once; the socket stays. @throws {NftablesError} ENOENT: its namespace, or somebody who might, has done so */
  remove(): void {
    this.nftables.commit([new TableCommands(this.name).delete()]);
  }

  /** Takes it away, if it is there. */
  [Symbol.dispose](): void {
    try {
      this.remove();
    } catch (error) {
      if (!(error instanceof LinuxError)) throw error;
    }
  }
}

const UNOWNED: TableOwnership = { isOwned: false };
const OWNED: TableOwnership = { isOwned: true };
const PERSISTENT: TableOwnership = { isOwned: true, persists: true };

const isFlagUnknown = (error: unknown) =>
  error instanceof NftablesError && error.command?.kind === 'add table' && isErrno(error, 'EINVAL', 'EOPNOTSUPP');
