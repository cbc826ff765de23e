import type { BaseChain, Command, SetDefinition, TableName, TableOwnership } from './command.js';
import { ruleOf } from './rule.js';
import type { Statement } from './statement.js';

/** The commands for one table, in short. */
export class TableCommands {
  readonly #at: TableName;

  constructor(at: TableName) {
    this.#at = at;
  }

  /**
   * Refused where there is one of the name. @param ownership `isOwned`: it goes with the socket that made it, and nobody else
   * changes it (Linux 5.12); `persists`: it stays without an owner then (Linux 6.9)
   */
  add(ownership: TableOwnership): Command {
    return { ...this.#at, kind: 'add table', ...ownership };
  }

  delete(): Command {
    return { ...this.#at, kind: 'delete table' };
  }

  /** @param base where it is hung in; none: other chains lead to it */
  chain(chain: string, base?: BaseChain): Command {
    return { ...this.#at, kind: 'add chain', chain, ...(base && { base }) };
  }

  rule(chain: string, ...statements: readonly Statement[]): Command {
    return { ...this.#at, kind: 'add rule', chain, steps: ruleOf(...statements) };
  }

  set(set: SetDefinition): Command {
    return { ...this.#at, kind: 'add set', set };
  }

  elements(set: string, keys: readonly Buffer[]): Command {
    return { ...this.#at, kind: 'add elements', set, keys };
  }

  counter(name: string): Command {
    return { ...this.#at, kind: 'add counter', name };
  }

  quota(name: string, over: bigint): Command {
    return { ...this.#at, kind: 'add quota', name, over };
  }
}
