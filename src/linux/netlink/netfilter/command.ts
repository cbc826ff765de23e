import type { Field } from './field.js';
import type { AddressFamily, HookName } from './numbers.js';
import type { Step } from './statement.js';

export type TableName = { readonly family: AddressFamily; readonly table: string };
export type ChainName = TableName & { readonly chain: string };

/** Where a base chain is hung into the way of packets; lower priorities are first. */
export type BaseChain = {
  readonly type: 'filter' | 'nat';
  readonly hook: HookName;
  readonly priority: number;
};

/** A set with a name: of the fields that make up its key. */
export type SetDefinition = {
  readonly name: string;
  readonly key: readonly Field[];
  readonly flags?: readonly ('dynamic' | 'timeout')[];
  /** Elements that it has room for; needed where packets add them. */
  readonly size?: number;
  /** Each element counts the packets that met it. */
  readonly counts?: boolean;
  /** nft(8) prints the fields and not their types. */
  readonly showsFields?: boolean;
};

/** Whether a table is its socket's alone, and if so, whether it stays behind when that is closed. */
export type TableOwnership = { readonly isOwned: boolean; readonly persists?: boolean };

/** One step of a transaction. */
export type Command = TableName &
  (
    | ({ readonly kind: 'add table' } & TableOwnership)
    | { readonly kind: 'delete table' }
    | { readonly kind: 'add chain'; readonly chain: string; readonly base?: BaseChain }
    | {
        readonly kind: 'add rule' | 'insert rule';
        readonly chain: string;
        readonly steps: readonly Step[];
        readonly comment?: string;
      }
    | { readonly kind: 'delete rule'; readonly chain: string; readonly handle: bigint }
    | { readonly kind: 'add set'; readonly set: SetDefinition }
    | { readonly kind: 'add elements'; readonly set: string; readonly keys: readonly Buffer[] }
    | { readonly kind: 'add counter'; readonly name: string }
    /** Or gives the one of the name another limit. It matches when more octets than this have passed. */
    | { readonly kind: 'add quota'; readonly name: string; readonly over: bigint }
  );

/** For a message: what was to be done, in the words of nft(8). */
export function describeCommand(command: Command): string {
  const { kind, family, table } = command;
  return `${kind} ${family} ${table}${detail(command)}`;
}

function detail(command: Command): string {
  switch (command.kind) {
    case 'add table':
    case 'delete table':
      return '';
    case 'add rule':
    case 'insert rule':
      return ` ${command.chain}: ${command.steps.map((step) => (step.kind === 'other' ? step.name : step.kind)).join(', ')}`;
    case 'delete rule':
      return ` ${command.chain} handle ${command.handle}`;
    case 'add chain':
      return ` ${command.chain}`;
    case 'add set':
      return ` ${command.set.name}`;
    case 'add elements':
      return ` ${command.set}`;
    case 'add counter':
    case 'add quota':
      return ` ${command.name}`;
    default:
      return command satisfies never;
  }
}
