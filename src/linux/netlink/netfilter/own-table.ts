import { isErrno, LinuxError } from '../../linux-error.js';
import type { Command, TableName } from './command.js';
import { type Nftables, NftablesError } from './nftables.js';
import { TableCommands } from './table-commands.js';

/**
 * A table of whoever holds the socket: nobody else can change it, and it goes with that socket, however that ends. To delete
 * it takes the kernel no time; to close a socket that still has one, tens of milliseconds.
 */
export class OwnTable implements Disposable {
  readonly nftables: Nftables;
  readonly name: TableName;
  /** False before Linux 5.12: others can change it, and it stays until it is deleted. */
  readonly isOwned: boolean;

  /**
   * Makes a table with all that `commands` add to it, or nothing.
   * @throws {NftablesError}
   */
  static create(nftables: Nftables, name: TableName, commands: readonly Command[]): OwnTable {
    try {
      return new OwnTable(nftables, name, commands, true);
    } catch (error) {
      if (!isFlagUnknown(error)) throw error;
      return new OwnTable(nftables, name, commands, false);
    }
  }

  private constructor(nftables: Nftables, name: TableName, commands: readonly Command[], isOwned: boolean) {
    nftables.commit([new TableCommands(name).add({ isOwned }), ...commands]);
    this.nftables = nftables;
    this.name = name;
    this.isOwned = isOwned;
  }

  /** Carries out all of the commands or none. @throws {NftablesError} */
  commit(commands: readonly Command[]): void {
    this.nftables.commit(commands);
  }

  /** Takes it away at once, unless its namespace, or somebody who might, has done so. The socket stays. */
  [Symbol.dispose](): void {
    try {
      this.nftables.commit([new TableCommands(this.name).delete()]);
    } catch (error) {
      if (!(error instanceof LinuxError)) throw error;
    }
  }
}

const isFlagUnknown = (error: unknown) =>
  error instanceof NftablesError && error.command?.kind === 'add table' && isErrno(error, 'EINVAL', 'EOPNOTSUPP');
